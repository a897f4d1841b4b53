#include "core/sync/absence.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"

namespace entrepot::sync {
namespace {

constexpr uint64_t kMissingMax = 20;
constexpr uint64_t kMissingPercentMax = 10;

}  // namespace

void Absence::Begin(uint64_t log_head) {
  begun_at_ = log_head;
  seen_.clear();
  unknown_ = false;
}

void Absence::See(uint64_t record_id) {
  const size_t word = record_id / 64;
  if (word >= seen_.size()) seen_.resize(std::max(word + 1, seen_.size() * 2));
  seen_[word] |= uint64_t{1} << (record_id % 64);
}

absl::Status Absence::Missing(const store::Transaction& tx, const DatasetPlan& dataset,
                              std::vector<uint64_t>* missing, uint64_t* total) const {
  missing->clear();
  *total = 0;
  return tx.ForEachOfOrigin(dataset.kind->kind, dataset.path, [&](uint64_t id, uint64_t last_seq) {
    ++*total;
    const size_t word = id / 64;
    const bool seen = word < seen_.size() && (seen_[word] >> (id % 64) & 1) != 0;
    // A parked row of this reading may have re-entered meanwhile.
    if (!seen && last_seq <= begun_at_) missing->push_back(id);
  });
}

absl::Status CheckDeletions(const DatasetPlan& dataset, uint64_t missing, uint64_t total) {
  if (missing <= kMissingMax || missing * 100 <= total * kMissingPercentMax) {
    return absl::OkStatus();
  }
  return Failure(
      absl::StatusCode::kFailedPrecondition, "TOO_MANY_DELETIONS",
      fmt::format("{}: {} of {} records are missing from the full read, more than {} % and more "
                  "than {}: nothing was deleted. If they are really gone, run: entrepot sync {} "
                  "--full --accept-deletions; if what was read is wrong, take it away or put it "
                  "right, and sync again",
                  dataset.path, missing, total, kMissingPercentMax, kMissingMax,
                  dataset.connection));
}

}  // namespace entrepot::sync
