// A bounded queue of batches between two stages of an intake run. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/sync/batch.h"

namespace entrepot::sync {

// CANCELLED: how a run ends that was interrupted.
absl::Status Interrupted();
// The door of a stage's thread, at which exceptions of libraries stop: INTERNAL (READING_THREW).
absl::Status Guarded(const std::function<absl::Status()>& stage);

class BatchQueue {
 public:
  explicit BatchQueue(size_t batches_max) : batches_max_(batches_max) {}

  // Waits for room. False: cancelled.
  bool Push(BatchPtr batch);
  // Nothing more is pushed; `status`: why.
  void Close(absl::Status status);
  // Whoever waits in Push or Pop is let go, and both do nothing more. Take still gives what there
  // is.
  void Cancel();

  // Waits for the next. nullptr: closed and empty, or cancelled.
  BatchPtr Pop();
  // Waits until `batches` are there, the queue is full, closed, or `wait` has passed; gives what
  // there is.
  std::deque<BatchPtr> Take(size_t batches, absl::Duration wait);

  // Closed, and everything was taken.
  bool ended() const;
  // Why nothing more comes: what Close was told, or that it was cancelled before that.
  absl::Status status() const;

 private:
  const size_t batches_max_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<BatchPtr> batches_;
  size_t wanted_ = 1;  // whoever waits for batches needs so many
  absl::Status status_;
  bool closed_ = false;
  bool cancelled_ = false;
};

}  // namespace entrepot::sync
