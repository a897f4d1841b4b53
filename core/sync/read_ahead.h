// What runs ahead of the writer in an intake run: a thread that reads and one that translates, with
// bounded queues between them. Batches are handed out, and come back to be filled again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/store.h"
#include "core/sync/batch.h"
#include "core/sync/batch_translator.h"
#include "core/sync/link.h"

namespace entrepot::sync {

struct ReadAheadOptions {
  std::shared_ptr<Link> link;
  const store::Store* store = nullptr;
  DatasetPlan dataset;
  mapping::Environment environment;
  std::string cursor;  // committed
  bool full = false;
  bool preview = false;
  uint32_t rows_max = 0;                    // of a batch
  uint64_t bytes_max = 0;                   // of a batch
  size_t batches_max = 0;                   // translated, and not yet taken
  std::shared_ptr<const RowMemory> memory;  // nullptr: nothing is known of the rows
};

// Used by one thread, beside its own two.
class ReadAhead {
 public:
  // Errors as Translator::Make.
  static absl::StatusOr<std::unique_ptr<ReadAhead>> Start(ReadAheadOptions options);
  // Interrupts a call under way. A connector that does not return within a few seconds keeps the
  // reading thread, which then ends by itself without touching the store.
  ~ReadAhead();

  // Waits until `batches` are ready, the queue is full, the end is reached, or `wait` has passed;
  // gives what there is. Empty with ended(): nothing more comes.
  std::deque<BatchPtr> Take(size_t batches, absl::Duration wait);
  bool ended() const;
  // Why it ended; OK: the source has nothing more for now. After ended().
  absl::Status status() const;
  // Of all rows that came, in a preview. After ended().
  uint64_t read_digest() const;
  void GiveBack(BatchPtr batch);
  // What the hub has committed: told to the source with the next call.
  void SetCommitted(const std::string& cursor);
  // No further call; the one under way is interrupted.
  void Cancel();
  // After Cancel: waits a few seconds for the call under way. False: the connector hangs.
  bool EndsAfterCancel();

 private:
  struct Reading;
  ReadAhead(ReadAheadOptions options);

  const DatasetPlan dataset_;
  const std::shared_ptr<Link> link_;
  // Shared with the reading thread, which may outlive this object when a connector hangs.
  const std::shared_ptr<Reading> reading_;
  std::unique_ptr<BatchTranslator> translator_;
  BatchQueue translated_;
  std::thread reading_thread_;
  std::thread translating_thread_;
  bool given_up_ = false;
};

}  // namespace entrepot::sync
