// Who waits for the change log to grow: blocked threads and callbacks. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "absl/time/time.h"

namespace entrepot::store {

class LogWatch : public std::enable_shared_from_this<LogWatch> {
 public:
  using Callback = std::function<void(uint64_t head)>;

  uint64_t head() const;
  // Wakes everybody where `head` is new; `anyway`: calls back whether it is or not.
  void Publish(uint64_t head, bool anyway = false);
  // Until the log is longer than `after`, for at most `patience`. Returns the head.
  uint64_t Wait(uint64_t after, absl::Duration patience) const;
  // Nobody waits any longer.
  void Close();
  // Until the returned object goes, which waits for a callback under way; not from a callback.
  std::shared_ptr<void> Subscribe(Callback callback);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  uint64_t head_ = 0;
  bool closed_ = false;

  std::mutex callbacks_mutex_;  // held while they run
  std::map<uint64_t, Callback> callbacks_;
  uint64_t last_subscription_ = 0;
};

}  // namespace entrepot::store
