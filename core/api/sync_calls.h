// The calls under way that sync, or plan to. Each has a thread of its own, because it lasts as long
// as its connections need; so how many there are is bounded. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "core/sync/scheduler.h"
#include "entrepot/v1/operation_service.pb.h"
#include "grpcpp/support/server_callback.h"

namespace entrepot::api {

// One of them.
class LongCall {
 public:
  virtual ~LongCall() = default;
  virtual void Run() = 0;  // on the call's thread
  virtual void Cancel(const absl::Status& status) = 0;
  virtual bool returned() const = 0;
};

class SyncCalls {
 public:
  // `scheduler` outlives it.
  SyncCalls(sync::Scheduler& scheduler, int calls_max)
      : scheduler_(scheduler), calls_max_(calls_max) {}
  // Waits for the threads. Stop, and then the scheduler's Stop, make them end.
  ~SyncCalls();

  // The streams end at once with UNAVAILABLE (SHUTTING_DOWN), RESOURCE_EXHAUSTED (TOO_MANY_SYNCS).
  grpc::ServerWriteReactor<v1::SyncResponse>* Sync(const v1::SyncRequest& request);
  grpc::ServerWriteReactor<v1::PlanResponse>* Plan(const v1::PlanRequest& request);
  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(const v1::VerifyRequest& request);

  // Ends every stream with UNAVAILABLE (SHUTTING_DOWN) and cancels what it asked for. Waits for
  // nothing. Idempotent.
  void Stop();

 private:
  struct Call {
    std::shared_ptr<LongCall> call;
    std::thread thread;
  };
  template <typename Response, typename Job>
  grpc::ServerWriteReactor<Response>* Start(Job job);
  void JoinEnded();  // with mutex_ held

  sync::Scheduler& scheduler_;
  const size_t calls_max_;
  std::mutex mutex_;
  std::list<Call> calls_;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace entrepot::api
