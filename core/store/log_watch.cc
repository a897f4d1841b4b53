#include "core/store/log_watch.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace entrepot::store {

uint64_t LogWatch::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

void LogWatch::Publish(uint64_t head, bool anyway) {
  {
    const std::lock_guard lock(mutex_);
    if (head <= head_ && !anyway) return;
    head_ = std::max(head, head_);
  }
  grown_.notify_all();
  const std::lock_guard lock(callbacks_mutex_);
  for (const auto& [id, callback] : callbacks_) callback(head);
}

uint64_t LogWatch::Wait(uint64_t after, absl::Duration patience) const {
  std::unique_lock lock(mutex_);
  const auto grown = [&] { return closed_ || head_ > after; };
  // More than a day is for ever: the clock's arithmetic cannot take an infinite wait.
  if (patience > absl::Hours(24)) {
    grown_.wait(lock, grown);
  } else {
    grown_.wait_for(lock, absl::ToChronoMicroseconds(patience), grown);
  }
  return head_;
}

void LogWatch::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  grown_.notify_all();
}

std::shared_ptr<void> LogWatch::Subscribe(Callback callback) {
  const std::lock_guard lock(callbacks_mutex_);
  const uint64_t id = ++last_subscription_;
  callbacks_.emplace(id, std::move(callback));
  // The watch is shared, so that a subscription may outlive the store.
  return std::shared_ptr<void>(this, [watch = shared_from_this(), id](void*) {
    const std::lock_guard lock(watch->callbacks_mutex_);
    watch->callbacks_.erase(id);
  });
}

}  // namespace entrepot::store
