#include "core/sync/batch_queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/reason.h"

namespace entrepot::sync {

absl::Status Interrupted() {
  return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                 "interrupted; the next run goes on from the last committed position");
}

absl::Status Guarded(const std::function<absl::Status()>& stage) {
  try {
    return stage();
  } catch (const std::exception& exception) {
    return Failure(absl::StatusCode::kInternal, "READING_THREW",
                   fmt::format("reading ended with an exception: {}", exception.what()));
  }
}

bool BatchQueue::Push(BatchPtr batch) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return cancelled_ || batches_.size() < batches_max_; });
  if (cancelled_) return false;
  batches_.push_back(std::move(batch));
  if (batches_.size() >= wanted_) filled_.notify_all();
  return true;
}

void BatchQueue::Close(absl::Status status) {
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
  closed_ = true;
  filled_.notify_all();
}

void BatchQueue::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  room_.notify_all();
  filled_.notify_all();
}

BatchPtr BatchQueue::Pop() {
  std::unique_lock lock(mutex_);
  wanted_ = 1;
  filled_.wait(lock, [&] { return cancelled_ || closed_ || !batches_.empty(); });
  if (cancelled_ || batches_.empty()) return nullptr;
  BatchPtr batch = std::move(batches_.front());
  batches_.pop_front();
  room_.notify_all();
  return batch;
}

std::deque<BatchPtr> BatchQueue::Take(size_t batches, absl::Duration wait) {
  std::unique_lock lock(mutex_);
  wanted_ = std::min(batches, batches_max_);
  filled_.wait_for(lock, absl::ToChronoMicroseconds(wait),
                   [&] { return closed_ || batches_.size() >= wanted_; });
  std::deque<BatchPtr> taken;
  while (!batches_.empty() && taken.size() < wanted_) {
    taken.push_back(std::move(batches_.front()));
    batches_.pop_front();
  }
  room_.notify_all();
  return taken;
}

bool BatchQueue::ended() const {
  const std::lock_guard lock(mutex_);
  return closed_ && batches_.empty();
}

absl::Status BatchQueue::status() const {
  const std::lock_guard lock(mutex_);
  const bool cut_short = cancelled_ && (!closed_ || !batches_.empty());
  return cut_short ? Interrupted() : status_;
}

}  // namespace entrepot::sync
