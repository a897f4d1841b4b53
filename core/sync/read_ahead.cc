#include "core/sync/read_ahead.h"

#include <fmt/core.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "core/base/backoff.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/retry_after.h"
#include "core/base/status_macros.h"
#include "core/sync/outcome.h"
#include "core/sync/references.h"

namespace entrepot::sync {
namespace {

constexpr size_t kCursorBytesMax = 64 * 1024;
constexpr int kTriesMax = 3;
constexpr absl::Duration kRetryWaitMax = absl::Seconds(10);
constexpr absl::Duration kHangTimeMax = absl::Seconds(3);
constexpr Backoff kBackoff{.first = absl::Milliseconds(200), .max = absl::Seconds(2)};

absl::Status Cancelled() {
  return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                 "interrupted; the next run goes on from the last committed position");
}

}  // namespace

RawRow Batch::raw(size_t index) const {
  const auto& rows = response.rows().rows();
  const auto at = static_cast<int>(index);
  if (at < rows.size()) return {.rows = &response.rows(), .row = &rows[at]};
  return {.record = &response.records(at - rows.size())};
}

struct ReadAhead::Shared {
  explicit Shared(ReadAheadOptions given)
      : options(std::move(given)),
        references(options.store, options.dataset.connection),
        committed(options.cursor) {}

  void Run();
  absl::Status ReadGuarded();
  absl::Status ReadAll();
  absl::Status ReadOnce(const connector::ReadRequest& request, Batch* batch);
  absl::Status CheckAnswer(const connector::ReadRequest& request, const Batch& batch) const;
  absl::Status TranslateAll(Batch* batch);
  std::unique_ptr<Batch> FreshBatch();
  absl::Status Push(std::unique_ptr<Batch> batch);
  bool WaitFor(absl::Duration time);

  const ReadAheadOptions options;
  std::unique_ptr<Translator> translator;  // the thread's
  References references;                   // the thread's
  // Built once: making a std::function for every row would allocate.
  mapping::Resolver resolve = [this](domain::Kind kind, std::string_view outside_id) {
    return references.Resolve(kind, outside_id);
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Batch>> ready;
  std::vector<std::unique_ptr<Batch>> spare;
  std::string committed;
  absl::Status status;
  bool cancelled = false;
  bool ended = false;
};

void ReadAhead::Shared::Run() {
  absl::Status result = ReadGuarded();
  references.EndBatch();
  std::lock_guard lock(mutex);
  status = std::move(result);
  ended = true;
  changed.notify_all();
}

// The door at which exceptions of libraries stop.
absl::Status ReadAhead::Shared::ReadGuarded() {
  try {
    return ReadAll();
  } catch (const std::exception& exception) {
    return Failure(absl::StatusCode::kInternal, "READING_THREW",
                   fmt::format("{}: reading ended with an exception: {}", options.dataset.path,
                               exception.what()));
  }
}

absl::Status ReadAhead::Shared::ReadAll() {
  connector::ReadRequest request;
  request.set_dataset(options.dataset.name);
  request.set_cursor(options.cursor);
  request.set_full(options.full);
  request.set_rows_max(options.rows_max);
  request.set_bytes_max(options.bytes_max);
  for (bool end = false; !end;) {
    auto batch = FreshBatch();
    {
      std::lock_guard lock(mutex);
      if (cancelled) return Cancelled();
      request.set_committed_cursor(committed);
    }
    RETURN_IF_ERROR(ReadOnce(request, batch.get()));
    RETURN_IF_ERROR(CheckAnswer(request, *batch));
    RETURN_IF_ERROR(TranslateAll(batch.get()));
    end = batch->response.end();
    request.set_cursor(batch->response.next_cursor());
    request.set_full(false);
    RETURN_IF_ERROR(Push(std::move(batch)));
  }
  return absl::OkStatus();
}

absl::Status ReadAhead::Shared::ReadOnce(const connector::ReadRequest& request, Batch* batch) {
  for (int tries = 1;; ++tries) {
    EmptyForReuse(&batch->response);
    absl::Status read = options.link->Read(request, &batch->response);
    {
      std::lock_guard lock(mutex);
      if (cancelled) return Cancelled();
    }
    if (read.ok()) return read;
    // A call that was interrupted for its length would only block as long again.
    const bool again = OutcomeOf(read.code(), Phase::kRead) == Outcome::kRetry &&
                       read.code() != absl::StatusCode::kDeadlineExceeded &&
                       read.code() != absl::StatusCode::kCancelled && tries < kTriesMax;
    if (!again) return read;
    log::Warn("reading failed, trying again", {{"dataset", options.dataset.path}, {"error", read}});
    const absl::Duration wait =
        RetryAfterOf(read).value_or(kBackoff.Delay(tries, std::random_device()()));
    if (wait > kRetryWaitMax) return read;  // the next run comes soon enough
    if (!WaitFor(wait)) return Cancelled();
  }
}

absl::Status ReadAhead::Shared::CheckAnswer(const connector::ReadRequest& request,
                                            const Batch& batch) const {
  const auto& response = batch.response;
  if (response.next_cursor().size() > kCursorBytesMax) {
    return Failure(
        absl::StatusCode::kDataLoss, "CURSOR_TOO_LONG",
        fmt::format("{}: the connector gave a cursor of {} bytes, at most {} are "
                    "allowed: this is a mistake in the connector",
                    options.dataset.path, response.next_cursor().size(), kCursorBytesMax));
  }
  const bool moved = batch.size() > 0 || response.bad_rows_size() > 0 ||
                     response.next_cursor() != request.cursor();
  if (response.end() || moved || response.snapshot_begin() || response.snapshot_end()) {
    return absl::OkStatus();
  }
  return Failure(absl::StatusCode::kDataLoss, "EMPTY_BATCH",
                 fmt::format("{}: the connector gave neither rows nor an end nor a new cursor, so "
                             "that reading would never end: this is a mistake in the connector",
                             options.dataset.path));
}

absl::Status ReadAhead::Shared::TranslateAll(Batch* batch) {
  RETURN_IF_ERROR(translator->Bind(batch->response.rows()));
  const size_t size = batch->size();
  if (batch->items.size() < size) batch->items.resize(size);
  for (size_t i = 0; i < size; ++i) {
    translator->Translate(batch->raw(i), resolve, &batch->items[i]);
  }
  references.EndBatch();
  return references.status();
}

std::unique_ptr<Batch> ReadAhead::Shared::FreshBatch() {
  std::lock_guard lock(mutex);
  if (spare.empty()) return std::make_unique<Batch>();
  auto batch = std::move(spare.back());
  spare.pop_back();
  return batch;
}

absl::Status ReadAhead::Shared::Push(std::unique_ptr<Batch> batch) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return cancelled || ready.size() < options.batches_max; });
  if (cancelled) return Cancelled();
  ready.push_back(std::move(batch));
  changed.notify_all();
  return absl::OkStatus();
}

// False: cancelled meanwhile.
bool ReadAhead::Shared::WaitFor(absl::Duration time) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, absl::ToChronoMilliseconds(time), [&] { return cancelled; });
  return !cancelled;
}

absl::StatusOr<std::unique_ptr<ReadAhead>> ReadAhead::Start(ReadAheadOptions options) {
  auto shared = std::make_shared<Shared>(std::move(options));
  ASSIGN_OR_RETURN(shared->translator,
                   Translator::Make(&shared->options.dataset, shared->options.environment));
  return std::unique_ptr<ReadAhead>(new ReadAhead(std::move(shared)));
}

ReadAhead::ReadAhead(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), thread_([shared = shared_] { shared->Run(); }) {}

ReadAhead::~ReadAhead() {
  Cancel();
  if (!given_up_ && EndsAfterCancel()) {
    thread_.join();
    return;
  }
  log::Error("a connector does not return from an interrupted read; its thread is left behind",
             {{"dataset", shared_->options.dataset.path}});
  thread_.detach();
}

bool ReadAhead::EndsAfterCancel() {
  const absl::Time deadline = absl::Now() + kHangTimeMax;
  std::unique_lock lock(shared_->mutex);
  while (!shared_->ended && absl::Now() < deadline) {
    shared_->changed.wait_for(lock, std::chrono::milliseconds(20));
    if (shared_->ended) break;
    // An interrupt that came before the call began is lost, so it is repeated.
    lock.unlock();
    shared_->options.link->InterruptRead();
    lock.lock();
  }
  given_up_ = !shared_->ended;
  return shared_->ended;
}

std::deque<std::unique_ptr<Batch>> ReadAhead::Take(size_t batches, absl::Duration wait) {
  std::unique_lock lock(shared_->mutex);
  const size_t enough = std::min(batches, shared_->options.batches_max);
  shared_->changed.wait_for(lock, absl::ToChronoMicroseconds(wait),
                            [&] { return shared_->ended || shared_->ready.size() >= enough; });
  std::deque<std::unique_ptr<Batch>> taken;
  while (!shared_->ready.empty() && taken.size() < enough) {
    taken.push_back(std::move(shared_->ready.front()));
    shared_->ready.pop_front();
  }
  shared_->changed.notify_all();
  return taken;
}

bool ReadAhead::ended() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->ended && shared_->ready.empty();
}

absl::Status ReadAhead::status() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->status;
}

void ReadAhead::GiveBack(std::unique_ptr<Batch> batch) {
  std::lock_guard lock(shared_->mutex);
  if (shared_->spare.size() <= shared_->options.batches_max) {
    shared_->spare.push_back(std::move(batch));
  }
}

void ReadAhead::SetCommitted(const std::string& cursor) {
  std::lock_guard lock(shared_->mutex);
  shared_->committed = cursor;
}

void ReadAhead::Cancel() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->cancelled = true;
    shared_->changed.notify_all();
  }
  shared_->options.link->InterruptRead();
}

}  // namespace entrepot::sync
