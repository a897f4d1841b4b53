// One run of one dataset: takes what was read ahead and brings it through the door, one bounded
// transaction after another. Everything that a transaction changes besides the store is kept in
// Progressed, so that a transaction that is undone leaves no trace here either.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/sync/absence.h"
#include "core/sync/admission.h"
#include "core/sync/held.h"
#include "core/sync/intake.h"
#include "core/sync/read_ahead.h"
#include "core/sync/row_memory.h"

namespace entrepot::sync {

// Used by one thread; the transactions run on the store's.
class IntakeRun {
 public:
  // All outlive the run.
  IntakeRun(const IntakeOptions& options, const DatasetPlan& dataset, const IntakeRequest& request,
            RowMemories* memories, const Intake::Progress& progress, std::stop_token stop);

  // As Intake::Run.
  absl::StatusOr<IntakeEnd> Run(std::shared_ptr<Link> link);

 private:
  // The run as of a commit.
  struct Progressed {
    store::Run run;
    std::string cursor;        // where a run would begin after a crash
    bool in_snapshot = false;  // since a begin mark
    bool deleting = false;     // the end mark has come; missing_ is being deleted
    std::string end_cursor;    // of the batch with the end mark
    size_t deleted = 0;        // of missing_
    size_t batches = 0;        // of waiting_, done in this transaction
    size_t remembered = 0;     // rows of remembering_
    bool lost = false;         // of this transaction: rows lost a conflict
  };

  absl::Status Begin();
  absl::Status Start(std::shared_ptr<Link> link);
  absl::Status ReadAndWrite();
  absl::Status Commit();
  absl::Status Work(store::Transaction& tx);
  absl::Status EnterBatch(store::Transaction& tx, Batch& batch);
  absl::Status EnterRows(store::Transaction& tx, Batch& batch);
  void BeginSnapshot();
  void Remember(const store::Transaction& tx, const Item& item, const Passage& passage);
  absl::Status EndSnapshot(store::Transaction& tx, const Batch& batch);
  absl::Status ForgetUnseenWaiters(store::Transaction& tx);
  absl::Status DeleteMissing(store::Transaction& tx);
  absl::Status CheckLimits(const store::Transaction& tx) const;
  void Count(const Passage& passage);
  bool Full() const;
  absl::StatusOr<IntakeEnd> End(const absl::Status& status);

  const IntakeOptions& options_;
  const DatasetPlan& dataset_;
  const IntakeRequest& request_;
  RowMemories* const memories_;
  const Intake::Progress& progress_;
  const std::stop_token stop_;
  const std::string cursor_name_;

  Held held_;
  Absence absence_;
  uint64_t generation_ = 0;  // of outside ids and keys, before anything was read
  std::vector<uint64_t> missing_;
  std::shared_ptr<const RowMemory> recalled_;  // of the full read before; nullptr: there is none
  std::shared_ptr<RowMemory> remembering_;     // of this one
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<ReadAhead> ahead_;
  std::deque<BatchPtr> waiting_;  // taken, not committed
  Progressed committed_;
  Progressed next_;    // of the transaction under way
  uint64_t rows_ = 0;  // of the transaction under way
  int64_t until_ns_ = 0;
  uint64_t read_digest_ = 0;  // of a preview
};

}  // namespace entrepot::sync
