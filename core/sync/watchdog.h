// Calls back when something takes longer than it may. One thread for the whole scheduler.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace entrepot::sync {

// Thread-safe. Measures with the monotonic clock, whatever the hub's clock says.
class Watchdog {
 public:
  Watchdog();
  ~Watchdog();

  // Calls `late` on the watchdog's thread once `limit` has passed, unless disarmed before; it must
  // return soon. Returns a ticket for Disarm.
  uint64_t Arm(absl::Duration limit, std::function<void()> late);
  // After it, `late` neither runs nor will. Returns whether it ran.
  bool Disarm(uint64_t ticket);

 private:
  void Run();

  struct Watched {
    int64_t due_ns = 0;
    std::function<void()> late;
    bool fired = false;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, Watched> watched_;
  uint64_t next_ticket_ = 1;
  int64_t wake_ns_ = 0;   // when the thread looks next
  uint64_t running_ = 0;  // ticket whose callback runs now
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace entrepot::sync
