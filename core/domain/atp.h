// Available to promise: what of a product can be given away on a day without breaking what was
// promised for a later one. Arithmetic only: who counts as supply or demand is the caller's.
// Pure, thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {

// Supplies are positive, demands negative. A supply for a day before today is late: it counts for
// nothing until it comes. A demand for a day before today is still owed: it counts from today.
struct StockEvent {
  absl::CivilDay day;
  Decimal change;
};

// Available from this day on, until the next step.
struct AtpStep {
  absl::CivilDay from;
  Decimal quantity;
  friend bool operator==(const AtpStep&, const AtpStep&) = default;
};

// ATP(d) = min over t >= d of (free now + supply up to t - demand up to t). The first step is from
// today; one more for each day on which it rises (it never falls). Goods from elsewhere are events
// of the day on which they arrive.
std::vector<AtpStep> AtpSteps(Decimal free_now, std::span<const StockEvent> events,
                              absl::CivilDay today);

// The first day on which `quantity` is available; nullopt: never, as far as is known.
std::optional<absl::CivilDay> FirstDayCovering(std::span<const AtpStep> steps, Decimal quantity);

}  // namespace entrepot::domain
