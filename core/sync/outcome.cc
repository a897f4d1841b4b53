#include "core/sync/outcome.h"

namespace entrepot::sync {
namespace {

// What passes by itself, where nothing was changed at the other side.
bool Passes(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled: return true;
    default: return false;
  }
}

}  // namespace

Outcome OutcomeOf(absl::StatusCode code, Phase phase) {
  if (phase == Phase::kApply) return Outcome::kUnknown;
  return Passes(code) ? Outcome::kRetry : Outcome::kRejected;
}

Outcome OutcomeOf(connector::ApplyOutcome outcome) {
  switch (outcome) {
    case connector::APPLY_OUTCOME_APPLIED: return Outcome::kDelivered;
    case connector::APPLY_OUTCOME_NOT_SENT: return Outcome::kRetry;
    case connector::APPLY_OUTCOME_REFUSED:
    case connector::APPLY_OUTCOME_NOT_FOUND: return Outcome::kRejected;
    case connector::APPLY_OUTCOME_UNSPECIFIED:
    case connector::APPLY_OUTCOME_UNKNOWN:
    default:  // a value of a later contract
      return Outcome::kUnknown;
  }
}

}  // namespace entrepot::sync
