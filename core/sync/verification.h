// Compares what a connection's system holds with what the hub holds: first sums over ranges of a
// hash of the ids, then, one by one, what stands in ranges that differ, then, again and again for a
// moment, what still differs, so that what moves meanwhile is not taken for a difference. Memory is
// bounded by the number of differences that are shown.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/bucket_sums.h"
#include "core/sync/diagnosis.h"
#include "core/sync/two_sides.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

struct VerificationOptions {
  TwoSidesOptions sides;
  // As Dispatcher::State.cursor; nullptr: the connection is no sink.
  std::function<uint64_t()> sink_cursor;
  bool repair = false;
};

// Of one dataset. Used by one thread.
class Verification {
 public:
  using Emit = std::function<void(const v1::VerifyResponse&)>;
  // `dataset` outlives it.
  Verification(const VerificationOptions& options, const DatasetPlan* dataset, Emit emit);

  // Emits the differences, and the dataset's own message last; that says why it could not be
  // compared. Returns whether rows must be read again for the repair. Errors: CANCELLED (`stop`),
  // and those of the store.
  absl::StatusOr<bool> Run(std::stop_token stop);

 private:
  absl::Status Compare(std::stop_token stop);
  absl::Status SumUp(std::stop_token stop);
  absl::Status Collect(const BucketSet& chosen, std::stop_token stop);
  absl::Status LookAgain(std::stop_token stop);
  absl::Status Settle(std::stop_token stop);
  absl::Status JudgeAll();
  // `settled`: the comparison came to its end, so that what it found may be repaired.
  absl::Status Show(bool settled);
  absl::Status Repair(const Diagnosis& diagnosis, Suspect* suspect, Diagnosis::Finding* finding);
  void AddSuspect(Suspect suspect);

  const VerificationOptions options_;
  const DatasetPlan* dataset_;
  const Emit emit_;
  std::unique_ptr<TwoSides> sides_;
  std::unique_ptr<BucketSums> outside_;
  std::unique_ptr<BucketSums> hub_;
  // By id; those without one by "#<record id>".
  std::map<std::string, Suspect> suspects_;
  std::map<std::string, Diagnosis::Finding> findings_;
  v1::VerifiedDataset result_;
  bool read_again_ = false;
};

}  // namespace entrepot::sync
