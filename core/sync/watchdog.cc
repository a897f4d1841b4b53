#include "core/sync/watchdog.h"

#include <chrono>

namespace entrepot::sync {
namespace {

using MonotonicClock = std::chrono::steady_clock;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             MonotonicClock::now().time_since_epoch())
      .count();
}

}  // namespace

Watchdog::Watchdog() : thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

uint64_t Watchdog::Arm(absl::Duration limit, std::function<void()> late) {
  uint64_t ticket = 0;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    ticket = next_ticket_++;
    const int64_t due = NowNs() + absl::ToInt64Nanoseconds(limit);
    watched_[ticket] = Watched{.due_ns = due, .late = std::move(late)};
    first = due < wake_ns_;
  }
  if (first) changed_.notify_all();
  return ticket;
}

bool Watchdog::Disarm(uint64_t ticket) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return running_ != ticket; });
  const auto found = watched_.find(ticket);
  if (found == watched_.end()) return false;
  const bool fired = found->second.fired;
  watched_.erase(found);
  return fired;
}

void Watchdog::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_ns_ = std::numeric_limits<int64_t>::max();
    for (auto& [ticket, watched] : watched_) {
      if (watched.fired) continue;
      if (watched.due_ns > NowNs()) {
        wake_ns_ = std::min(wake_ns_, watched.due_ns);
        continue;
      }
      watched.fired = true;
      running_ = ticket;
      const auto late = watched.late;
      lock.unlock();
      late();
      lock.lock();
      running_ = 0;
      changed_.notify_all();
      wake_ns_ = 0;  // the map may have changed meanwhile: look again
      break;
    }
    if (stopping_ || wake_ns_ == 0) continue;
    // Bounded, so that the far future needs no care of its own.
    const int64_t wait_ns = std::min<int64_t>(wake_ns_ - NowNs(), int64_t{3600} * 1'000'000'000);
    if (wait_ns > 0) changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns));
  }
}

}  // namespace entrepot::sync
