// Rows that come again without their source: parked rows whose record has come, and dead letters
// that a person replays. Both are mapped with today's mapping and go through the same door.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/intake.h"
#include "core/sync/plan.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

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
  IntakeOptions options_;
  const std::vector<ConnectionPlan>* plan_;
};

}  // namespace entrepot::sync
