#include "core/api/watch.h"

#include <fmt/core.h>

#include <chrono>

#include "core/base/reason.h"

namespace entrepot::api {
namespace {

// Between two rounds over all streams, so that a thousand watchers cost little while a sync commits
// twenty times a second.
constexpr std::chrono::milliseconds kRoundInterval(10);

absl::Status ShuttingDown() {
  return Failure(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the hub is shutting down");
}

}  // namespace

WatchBoard::WatchBoard(store::Store* store, int watchers_max) : watchers_max_(watchers_max) {
  subscription_ = store->OnCommit([this](uint64_t) {
    {
      std::lock_guard lock(mutex_);
      for (auto& [key, entry] : entries_) entry.due = true;
      due_ = !entries_.empty();
    }
    changed_.notify_one();
  });
  thread_ = std::thread([this] { Run(); });
}

WatchBoard::~WatchBoard() { Stop(); }

absl::Status WatchBoard::Add(std::shared_ptr<Watcher> watcher) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return ShuttingDown();
    if (entries_.size() >= watchers_max_) {
      return Failure(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS",
                     fmt::format("{} streams are watched already (limits.watchers_max): end some, "
                                 "or raise the limit",
                                 entries_.size()));
    }
    const Watcher* key = watcher.get();
    entries_.emplace(key, Entry{std::move(watcher)});
    due_ = true;
  }
  changed_.notify_one();
  return absl::OkStatus();
}

void WatchBoard::Remove(const Watcher* watcher) {
  std::shared_ptr<Watcher> removed;  // destroyed after the lock
  std::lock_guard lock(mutex_);
  auto found = entries_.find(watcher);
  if (found == entries_.end()) return;
  removed = std::move(found->second.watcher);
  entries_.erase(found);
}

void WatchBoard::Wake(const Watcher* watcher) {
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(watcher);
    if (found == entries_.end()) return;
    found->second.due = true;
    due_ = true;
  }
  changed_.notify_one();
}

void WatchBoard::Stop() {
  subscription_.reset();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::vector<std::shared_ptr<Watcher>> WatchBoard::TakeDue() {
  std::vector<std::shared_ptr<Watcher>> taken;
  for (auto& [key, entry] : entries_) {
    if (!entry.due && !stopping_) continue;
    entry.due = false;
    taken.push_back(entry.watcher);
  }
  due_ = false;
  return taken;
}

void WatchBoard::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || due_; });
    std::vector<std::shared_ptr<Watcher>> due = TakeDue();
    const bool stopping = stopping_;
    lock.unlock();
    for (const std::shared_ptr<Watcher>& watcher : due) {
      stopping ? watcher->End(ShuttingDown()) : watcher->Refresh();
    }
    due.clear();
    lock.lock();
    changed_.wait_for(lock, kRoundInterval, [this] { return stopping_; });
  }
  // What was added while the last round ran.
  std::vector<std::shared_ptr<Watcher>> rest = TakeDue();
  lock.unlock();
  for (const std::shared_ptr<Watcher>& watcher : rest) watcher->End(ShuttingDown());
}

}  // namespace entrepot::api
