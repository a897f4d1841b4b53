// Where calls run that may wait (for the store's writer, for a long reading of the store), so that
// gRPC's polling threads never do. A fixed number of threads and a bounded queue. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace entrepot::api {

class Executor {
 public:
  // REQUIRES: both > 0.
  Executor(int threads, int waiting_max);
  ~Executor();  // Stop

  // `task` must not throw. UNAVAILABLE (TOO_MANY_CALLS, SHUTTING_DOWN): it will not run.
  absl::Status Add(std::function<void()> task);

  // Runs what waits, then ends the threads. Idempotent.
  void Stop();

 private:
  void Run();

  const size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace entrepot::api
