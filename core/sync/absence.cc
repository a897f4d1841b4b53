#include "core/sync/absence.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/translator.h"

namespace entrepot::sync {
namespace {

constexpr uint64_t kMissingMax = 20;
constexpr uint64_t kMissingPercentMax = 10;

// Records that the dataset has: ordinary ones by its bases, whoever wrote them last; bulk ones,
// which one system brings, by their origin.
absl::Status ForEachShown(const store::Transaction& tx, const DatasetPlan& dataset,
                          const std::function<bool(uint64_t id)>& wanted,
                          const store::Transaction::OriginVisitor& visit) {
  if (dataset.kind->bulk) {
    return tx.ForEachOfOrigin(dataset.kind->kind, dataset.path, wanted, visit);
  }
  return tx.ForEachWithBase(
      dataset.path, [&](uint64_t id, uint64_t last_seq, const store::Base& base) {
        const bool gone = !base.digests.empty() && base.digests.front() == kDeletedDigest;
        if (!gone && wanted(id)) visit(id, last_seq);
      });
}

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

bool Absence::Seen(uint64_t record_id) const {
  const size_t word = record_id / 64;
  return word < seen_.size() && (seen_[word] >> (record_id % 64) & 1) != 0;
}

absl::StatusOr<std::vector<uint64_t>> Absence::Missing(const store::Transaction& tx,
                                                       const DatasetPlan& dataset) const {
  std::vector<uint64_t> missing;
  RETURN_IF_ERROR(ForEachShown(
      tx, dataset, [this](uint64_t id) { return !Seen(id); },
      [&](uint64_t id, uint64_t last_seq) {
        // A parked row of this reading may have re-entered meanwhile.
        if (last_seq <= begun_at_) missing.push_back(id);
      }));
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  return missing;
}

absl::Status CheckDeletions(const store::Transaction& tx, const DatasetPlan& dataset,
                            uint64_t missing) {
  if (missing <= kMissingMax) return absl::OkStatus();
  uint64_t total = 0;
  RETURN_IF_ERROR(ForEachShown(
      tx, dataset, [](uint64_t) { return true; }, [&](uint64_t, uint64_t) { ++total; }));
  if (missing * 100 <= total * kMissingPercentMax) return absl::OkStatus();
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
