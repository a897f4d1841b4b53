// The Sync calls under way. Each has a thread of its own, because it lasts as long as its
// connections need; so how many there are is bounded. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "core/sync/scheduler.h"
#include "entrepot/v1/operation_service.pb.h"
#include "grpcpp/support/server_callback.h"

namespace entrepot::api {

class SyncStream;

class SyncCalls {
 public:
  // `scheduler` outlives it.
  SyncCalls(sync::Scheduler& scheduler, int calls_max)
      : scheduler_(scheduler), calls_max_(calls_max) {}
  // Waits for the threads. Stop, and then the scheduler's Stop, make them end.
  ~SyncCalls();

  // The stream ends at once with UNAVAILABLE (SHUTTING_DOWN), RESOURCE_EXHAUSTED (TOO_MANY_SYNCS).
  grpc::ServerWriteReactor<v1::SyncResponse>* Start(const v1::SyncRequest& request);

  // Ends every stream with UNAVAILABLE (SHUTTING_DOWN) and cancels what it asked for. Waits for
  // nothing. Idempotent.
  void Stop();

 private:
  struct Call {
    std::shared_ptr<SyncStream> stream;
    std::thread thread;
  };
  void JoinEnded();  // with mutex_ held

  sync::Scheduler& scheduler_;
  const size_t calls_max_;
  std::mutex mutex_;
  std::list<Call> calls_;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace entrepot::api
