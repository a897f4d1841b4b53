// Threads that must end within a bounded time, whatever a connector does.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace entrepot::sync {

// Start and End are called by one thread.
class Workers {
 public:
  ~Workers() {
    End(absl::ZeroDuration(), [] {});
  }

  // `work` ends soon after its token says so, and keeps alive what it touches.
  void Start(std::string name, std::function<void(std::stop_token)> work);
  // Tells all to stop and waits for them, calling `prod` now and then. Returns the names of those
  // that did not end in time; they are left behind.
  std::vector<std::string> End(absl::Duration time, const std::function<void()>& prod);

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable ended;
    size_t running = 0;
  };
  struct Worker {
    std::string name;
    std::stop_source stop;
    std::shared_ptr<bool> done;  // guarded by the mutex
    std::thread thread;
  };
  // Shared with threads that are left behind.
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::vector<Worker> workers_;
};

}  // namespace entrepot::sync
