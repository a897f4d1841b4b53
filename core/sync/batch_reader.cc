#include "core/sync/batch_reader.h"

#include <fmt/core.h>

#include <random>
#include <utility>

#include "core/base/backoff.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/retry_after.h"
#include "core/base/status_macros.h"
#include "core/sync/outcome.h"

namespace entrepot::sync {
namespace {

constexpr size_t kCursorBytesMax = 64 * 1024;
constexpr int kTriesMax = 3;
constexpr absl::Duration kRetryWaitMax = absl::Seconds(10);
constexpr Backoff kBackoff{.first = absl::Milliseconds(200), .max = absl::Seconds(2)};

}  // namespace

BatchReader::BatchReader(BatchReaderOptions options)
    : options_(std::move(options)), committed_(options_.cursor) {}

void BatchReader::Run(BatchQueue* read) {
  read->Close(Guarded([&] { return ReadAll(read); }));
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

absl::Status BatchReader::ReadAll(BatchQueue* read) {
  connector::ReadRequest request;
  request.set_dataset(options_.dataset);
  request.set_cursor(options_.cursor);
  request.set_full(options_.full);
  request.set_preview(options_.preview);
  request.set_rows_max(options_.rows_max);
  request.set_bytes_max(options_.bytes_max);
  for (bool end = false; !end;) {
    BatchPtr batch = FreshBatch();
    {
      const std::lock_guard lock(mutex_);
      if (cancelled_) return Interrupted();
      if (!options_.preview) request.set_committed_cursor(committed_);
    }
    RETURN_IF_ERROR(ReadOnce(request, &batch->source));
    if (options_.preview) {
      const std::lock_guard lock(mutex_);
      read_digest_ = batch->source.DigestAfter(read_digest_);
    }
    RETURN_IF_ERROR(CheckAnswer(request, batch->source));
    end = batch->source.head().end();
    request.set_cursor(batch->source.head().next_cursor());
    request.set_full(false);
    if (!read->Push(std::move(batch))) return Interrupted();
  }
  return absl::OkStatus();
}

absl::Status BatchReader::ReadOnce(const connector::ReadRequest& request, SourceBatch* batch) {
  for (int tries = 1;; ++tries) {
    absl::Status read = options_.link->Read(request, batch);
    if (cancelled()) return Interrupted();
    if (read.ok()) return read;
    // A call that was interrupted for its length would only block as long again.
    const bool again = OutcomeOf(read.code(), Phase::kRead) == Outcome::kRetry &&
                       read.code() != absl::StatusCode::kDeadlineExceeded &&
                       read.code() != absl::StatusCode::kCancelled && tries < kTriesMax;
    if (!again) return read;
    log::Warn("reading failed, trying again", {{"dataset", options_.path}, {"error", read}});
    const absl::Duration wait =
        RetryAfterOf(read).value_or(kBackoff.Delay(tries, std::random_device()()));
    if (wait > kRetryWaitMax) return read;  // the next run comes soon enough
    if (!Sleep(wait)) return Interrupted();
  }
}

absl::Status BatchReader::CheckAnswer(const connector::ReadRequest& request,
                                      SourceBatch& batch) const {
  const connector::ReadResponse& head = batch.head();
  if (head.next_cursor().size() > kCursorBytesMax) {
    return Failure(absl::StatusCode::kDataLoss, "CURSOR_TOO_LONG",
                   fmt::format("{}: the connector gave a cursor of {} bytes, at most {} are "
                               "allowed: this is a mistake in the connector",
                               options_.path, head.next_cursor().size(), kCursorBytesMax));
  }
  const bool moved =
      head.records_size() > 0 || head.bad_rows_size() > 0 || head.next_cursor() != request.cursor();
  if (head.end() || moved || head.snapshot_begin() || head.snapshot_end()) {
    return absl::OkStatus();
  }
  if (batch.DecodeRows() && batch.size() > 0) return absl::OkStatus();
  return Failure(absl::StatusCode::kDataLoss, "EMPTY_BATCH",
                 fmt::format("{}: the connector gave neither rows nor an end nor a new cursor, so "
                             "that reading would never end: this is a mistake in the connector",
                             options_.path));
}

BatchPtr BatchReader::FreshBatch() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::make_unique<Batch>();
  BatchPtr batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void BatchReader::GiveBack(BatchPtr batch) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() <= options_.spare_max) spare_.push_back(std::move(batch));
}

void BatchReader::SetCommitted(const std::string& cursor) {
  const std::lock_guard lock(mutex_);
  committed_ = cursor;
}

uint64_t BatchReader::read_digest() const {
  const std::lock_guard lock(mutex_);
  return read_digest_;
}

void BatchReader::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

bool BatchReader::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

// False: cancelled meanwhile.
bool BatchReader::Sleep(absl::Duration time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(time), [&] { return cancelled_; });
  return !cancelled_;
}

bool BatchReader::WaitForEnd(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(wait), [&] { return ended_; });
}

}  // namespace entrepot::sync
