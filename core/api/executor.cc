#include "core/api/executor.h"

#include <fmt/core.h>

#include "core/base/reason.h"

namespace entrepot::api {

Executor::Executor(int threads, int waiting_max) : waiting_max_(waiting_max) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() { Stop(); }

absl::Status Executor::Add(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) {
      return Failure(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the hub is shutting down");
    }
    if (waiting_.size() >= waiting_max_) {
      return Failure(absl::StatusCode::kUnavailable, "TOO_MANY_CALLS",
                     fmt::format("{} calls wait already (limits.calls_waiting_max): try again",
                                 waiting_.size()));
    }
    waiting_.push_back(std::move(task));
  }
  changed_.notify_one();
  return absl::OkStatus();
}

void Executor::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Executor::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
  }
}

}  // namespace entrepot::api
