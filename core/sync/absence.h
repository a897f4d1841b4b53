// What a full read did not bring: which records of a dataset were not seen between the source's
// begin and end marks, and whether so many may be deleted without a person's word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/transaction.h"
#include "core/sync/plan.h"

namespace entrepot::sync {

// Thread-compatible. Seeing is idempotent, so that a transaction may be run twice.
class Absence {
 public:
  // `log_head`: what is written later, though it was not seen, is newer than the full read.
  void Begin(uint64_t log_head);
  void See(uint64_t record_id);
  // A row of which cannot be told which record it is: that record may be here, so that nothing can
  // be called missing.
  void SeeUnknown() { unknown_ = true; }
  bool unknown() const { return unknown_; }
  uint64_t begun_at() const { return begun_at_; }

  // Live records that this dataset has shown (of bulk kinds: last wrote), before the begin, and
  // that were not seen.
  absl::StatusOr<std::vector<uint64_t>> Missing(const store::Transaction& tx,
                                                const DatasetPlan& dataset) const;

 private:
  bool Seen(uint64_t record_id) const;

  std::vector<uint64_t> seen_;  // a bit for each id: ids are dense
  bool unknown_ = false;
  uint64_t begun_at_ = 0;
};

// FAILED_PRECONDITION (TOO_MANY_DELETIONS) when more than 20 records, and more than 10 % of those
// that the dataset has, are missing.
absl::Status CheckDeletions(const store::Transaction& tx, const DatasetPlan& dataset,
                            uint64_t missing);

}  // namespace entrepot::sync
