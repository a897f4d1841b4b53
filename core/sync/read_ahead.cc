#include "core/sync/read_ahead.h"

#include <utility>

#include "core/base/log.h"
#include "core/base/status_macros.h"
#include "core/sync/batch_queue.h"
#include "core/sync/batch_reader.h"

namespace entrepot::sync {
namespace {

constexpr absl::Duration kHangTimeMax = absl::Seconds(3);
// Enough that neither thread waits for the other's wake-up.
constexpr size_t kReadMax = 4;

}  // namespace

struct ReadAhead::Reading {
  explicit Reading(BatchReaderOptions options) : reader(std::move(options)), read(kReadMax) {}

  BatchReader reader;
  BatchQueue read;
};

absl::StatusOr<std::unique_ptr<ReadAhead>> ReadAhead::Start(ReadAheadOptions options) {
  const store::Store* store = options.store;
  const mapping::Environment environment = options.environment;
  std::shared_ptr<const RowMemory> memory = std::move(options.memory);
  std::unique_ptr<ReadAhead> ahead(new ReadAhead(std::move(options)));
  ASSIGN_OR_RETURN(ahead->translator_,
                   BatchTranslator::Make(store, &ahead->dataset_, environment, std::move(memory)));
  ahead->reading_thread_ =
      std::thread([reading = ahead->reading_] { reading->reader.Run(&reading->read); });
  ahead->translating_thread_ = std::thread([ahead = ahead.get()] {
    ahead->translator_->Run(&ahead->reading_->read, &ahead->translated_);
  });
  return ahead;
}

ReadAhead::ReadAhead(ReadAheadOptions options)
    : dataset_(std::move(options.dataset)),
      link_(std::move(options.link)),
      reading_(std::make_shared<Reading>(
          BatchReaderOptions{.link = link_,
                             .dataset = dataset_.name,
                             .path = dataset_.path,
                             .cursor = std::move(options.cursor),
                             .full = options.full,
                             .preview = options.preview,
                             .rows_max = options.rows_max,
                             .bytes_max = options.bytes_max,
                             .spare_max = options.batches_max + kReadMax})),
      translated_(options.batches_max) {}

ReadAhead::~ReadAhead() {
  if (!reading_thread_.joinable()) return;  // never started
  Cancel();
  translating_thread_.join();
  if (!given_up_ && EndsAfterCancel()) {
    reading_thread_.join();
    return;
  }
  log::Error("a connector does not return from an interrupted read; its thread is left behind",
             {{"dataset", dataset_.path}});
  reading_thread_.detach();
}

bool ReadAhead::EndsAfterCancel() {
  const absl::Time deadline = absl::Now() + kHangTimeMax;
  bool ended = reading_->reader.WaitForEnd(absl::ZeroDuration());
  while (!ended && absl::Now() < deadline) {
    // An interrupt that came before the call began is lost, so it is repeated.
    link_->InterruptRead();
    ended = reading_->reader.WaitForEnd(absl::Milliseconds(20));
  }
  given_up_ = !ended;
  return ended;
}

std::deque<BatchPtr> ReadAhead::Take(size_t batches, absl::Duration wait) {
  return translated_.Take(batches, wait);
}

bool ReadAhead::ended() const { return translated_.ended(); }

absl::Status ReadAhead::status() const { return translated_.status(); }

uint64_t ReadAhead::read_digest() const { return reading_->reader.read_digest(); }

void ReadAhead::GiveBack(BatchPtr batch) { reading_->reader.GiveBack(std::move(batch)); }

void ReadAhead::SetCommitted(const std::string& cursor) { reading_->reader.SetCommitted(cursor); }

void ReadAhead::Cancel() {
  reading_->reader.Cancel();
  reading_->read.Cancel();
  translated_.Cancel();
  link_->InterruptRead();
}

}  // namespace entrepot::sync
