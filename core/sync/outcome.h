// The one table that says what a connector's answer means for a delivery. In reading, checking and
// finding nothing was changed, so what may pass is tried again. In applying, the write may have
// taken effect whatever the code says, unless the connector proves otherwise item by item.
#pragma once

#include "absl/status/status.h"
#include "core/sync/ports.h"

namespace entrepot::sync {

enum class Phase { kRead, kCheck, kFind, kApply };

enum class Outcome {
  kDelivered,
  kRetry,     // nothing happened at the other side: again later
  kRejected,  // a person must look
  kUnknown,   // it may have happened: look before sending again
};

// Of a whole call that failed. REQUIRES: !status.ok().
Outcome OutcomeOf(absl::StatusCode code, Phase phase);

// Of one item of an Apply that answered.
Outcome OutcomeOf(connector::ApplyOutcome outcome);

}  // namespace entrepot::sync
