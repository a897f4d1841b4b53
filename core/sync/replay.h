// Rows that come again without their source: parked rows whose record has come, and dead letters
// that a person replays. Both are mapped with today's mapping and go through the same door.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/admission.h"
#include "core/sync/intake.h"
#include "core/sync/plan.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Removes a letter that nobody wants replayed. Where a lost answer was handed to a person, that
// person has found the revision at the other side: it counts as delivered, and newer ones go out.
// Errors of the store.
absl::Status DiscardLetter(store::Transaction& tx, const store::DeadLetter& letter);

// Thread-safe.
class Replay {
 public:
  // `plan` outlives it.
  Replay(const IntakeOptions& options, const std::vector<ConnectionPlan>* plan);

  // Parked rows whose key has come re-enter, a bounded number in each transaction, until none is
  // left. Returns how many were applied. Errors of the store.
  absl::StatusOr<uint64_t> ApplyQueued();

  // Empty `ids`: all. NOT_FOUND (DEAD_LETTER_NOT_FOUND) before anything is done. A letter of a
  // delivery puts the delivery back to pending.
  absl::StatusOr<v1::ReplayDeadLettersResponse> DeadLetters(std::span<const uint64_t> ids,
                                                            bool force);

 private:
  const DatasetPlan* FindDataset(std::string_view path) const;
  absl::StatusOr<Admission*> AdmissionOf(const DatasetPlan& dataset);
  absl::StatusOr<uint64_t> ApplyQueuedBatch(bool* more);
  absl::StatusOr<bool> ApplyParked(store::Transaction& tx, const store::ParkedItem& item);
  absl::Status ReplayLetter(store::Transaction& tx, uint64_t id, bool force,
                            v1::ReplayDeadLettersResponse* counts);
  absl::Status ReplayRow(store::Transaction& tx, const store::DeadLetter& letter, bool force,
                         v1::ReplayDeadLettersResponse* counts);

  IntakeOptions options_;
  const std::vector<ConnectionPlan>* plan_;
  std::mutex mutex_;  // one at a time: they share what admits rows
  std::map<std::string, std::unique_ptr<Admission>, std::less<>> admissions_;  // by dataset
};

}  // namespace entrepot::sync
