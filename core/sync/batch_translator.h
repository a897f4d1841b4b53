// The second stage of an intake run: the rows of batch after batch into items.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/sync/batch_queue.h"
#include "core/sync/references.h"
#include "core/sync/row_memory.h"

namespace entrepot::sync {

// Run has a thread of its own.
class BatchTranslator {
 public:
  // `store` and `dataset` outlive it. Errors as Translator::Make.
  // `memory`: what rows became the last time; nullptr: nothing is known.
  static absl::StatusOr<std::unique_ptr<BatchTranslator>> Make(
      const store::Store* store, const DatasetPlan* dataset,
      const mapping::Environment& environment, std::shared_ptr<const RowMemory> memory);

  // Until `read` has no more, an error, or either queue is cancelled; then closes `translated`.
  // Does not wait for anything but the queues.
  void Run(BatchQueue* read, BatchQueue* translated);

 private:
  BatchTranslator(std::unique_ptr<Translator> translator, const store::Store* store,
                  const DatasetPlan* dataset, std::shared_ptr<const RowMemory> memory);
  absl::Status TranslateAll(BatchQueue* read, BatchQueue* translated);
  absl::Status Translate(Batch* batch);
  bool Recall(uint64_t text, Item* item);

  const store::Store* const store_;
  const std::string path_;  // the dataset's, for messages
  const std::unique_ptr<Translator> translator_;
  References references_;
  std::optional<RowRecall> recall_;
  // Built once: making a std::function for every row would allocate.
  const mapping::Resolver resolve_;
  const mapping::ReferenceHint expect_;
};

}  // namespace entrepot::sync
