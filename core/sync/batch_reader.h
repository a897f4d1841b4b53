// The first stage of an intake run: asks the connector for batch after batch.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/sync/batch_queue.h"
#include "core/sync/link.h"

namespace entrepot::sync {

struct BatchReaderOptions {
  std::shared_ptr<Link> link;
  std::string dataset;  // as the connector knows it
  std::string path;     // for messages
  std::string cursor;   // committed
  bool full = false;
  bool preview = false;
  uint32_t rows_max = 0;   // of a batch
  uint64_t bytes_max = 0;  // of a batch
  size_t spare_max = 0;    // batches kept to be filled again
};

// Run has a thread of its own; the rest is called from any.
class BatchReader {
 public:
  explicit BatchReader(BatchReaderOptions options);

  // Until the source has nothing more for now, an error, or the queue is cancelled; then closes
  // the queue. Does not touch the store.
  void Run(BatchQueue* read);
  // No further call, and no waiting for one. The one under way must be interrupted.
  void Cancel();
  // Waits up to `wait`. True: Run is at its end.
  bool WaitForEnd(absl::Duration wait);

  void GiveBack(BatchPtr batch);
  // What the hub has committed: told to the source with the next call.
  void SetCommitted(const std::string& cursor);
  // In a preview: of all rows that came so far.
  uint64_t read_digest() const;

 private:
  absl::Status ReadAll(BatchQueue* read);
  absl::Status ReadOnce(const connector::ReadRequest& request, SourceBatch* batch);
  absl::Status CheckAnswer(const connector::ReadRequest& request, SourceBatch& batch) const;
  BatchPtr FreshBatch();
  bool cancelled() const;
  bool Sleep(absl::Duration time);

  const BatchReaderOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<BatchPtr> spare_;
  std::string committed_;
  uint64_t read_digest_ = 0;
  bool cancelled_ = false;
  bool ended_ = false;
};

}  // namespace entrepot::sync
