#include "core/sync/waiters.h"

#include <chrono>

#include "core/base/log.h"

namespace entrepot::sync {
namespace {

// Commits that come close together are looked at once.
constexpr std::chrono::milliseconds kGather(100);

}  // namespace

Waiters::Waiters(store::Store* store, Replay* replay) : store_(store), replay_(replay) {
  on_commit_ = store_->OnCommit([this](uint64_t) {
    std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  });
}

// Where it cannot be told, the try itself says why.
bool Waiters::AnyParked() const {
  const auto snapshot = store_->Read();
  if (!snapshot.ok()) return true;
  const auto parked = (*snapshot)->CountParked("");
  return !parked.ok() || *parked > 0;
}

void Waiters::Run(std::stop_token stop) {
  const std::stop_callback wake(stop, [this] {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return woken_ || stop.stop_requested(); });
      changed_.wait_for(lock, kGather, [&] { return stop.stop_requested(); });
      if (stop.stop_requested()) return;
      woken_ = false;
    }
    const auto applied = AnyParked() ? replay_->ApplyQueued() : 0;
    if (!applied.ok()) {
      log::Error("parked rows could not re-enter", {{"error", applied.status()}});
    }
  }
}

}  // namespace entrepot::sync
