// The reading thread of an intake run: asks the connector for batch after batch, translates the
// rows, and keeps a bounded queue full for the writer. Batches are handed out, and come back to be
// filled again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/translator.h"

namespace entrepot::sync {

struct Batch {
  connector::ReadResponse response;
  std::vector<Item> items;  // those of the response's rows or records come first; the rest is spare
  size_t size() const { return response.rows().rows_size() + response.records_size(); }
  RawRow raw(size_t index) const;
};

struct ReadAheadOptions {
  std::shared_ptr<Link> link;
  const store::Store* store = nullptr;
  DatasetPlan dataset;
  mapping::Environment environment;
  std::string cursor;  // committed
  bool full = false;
  uint32_t rows_max = 0;   // of a batch
  uint64_t bytes_max = 0;  // of a batch
  size_t batches_max = 0;  // of the queue
};

// Used by one thread, beside its own.
class ReadAhead {
 public:
  // Errors as Translator::Make.
  static absl::StatusOr<std::unique_ptr<ReadAhead>> Start(ReadAheadOptions options);
  // Interrupts a call under way. A connector that does not return within a few seconds keeps the
  // thread, which then ends by itself without touching the store.
  ~ReadAhead();

  // Waits until `batches` are ready, the queue is full, the end is reached, or `wait` has passed;
  // gives what there is. Empty with ended(): nothing more comes.
  std::deque<std::unique_ptr<Batch>> Take(size_t batches, absl::Duration wait);
  bool ended() const;
  // Why it ended; OK: the source has nothing more for now. After ended().
  absl::Status status() const;
  void GiveBack(std::unique_ptr<Batch> batch);
  // What the hub has committed: told to the source with the next call.
  void SetCommitted(const std::string& cursor);
  // No further call; the one under way is interrupted.
  void Cancel();
  // After Cancel: waits a few seconds for the call under way. False: the connector hangs.
  bool EndsAfterCancel();

 private:
  struct Shared;
  explicit ReadAhead(std::shared_ptr<Shared> shared);
  // Shared with the thread, which may outlive this object when a connector hangs.
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
  bool given_up_ = false;
};

}  // namespace entrepot::sync
