// Available to promise: what of a product can be given away on a day without breaking what was
// promised for a later one. Arithmetic only: who counts as supply or demand is the caller's.
// Pure, thread-safe.
#pragma once

#include <cstdint>
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

// One product in one warehouse.
struct WarehouseOutlook {
  uint64_t warehouse_id = 0;
  // To where clients are served; nullopt: unknown, so that nothing is promised from here.
  std::optional<int> transfer_days;
  // On hand without what is on hold, reserved and ordered; may be negative.
  Decimal free_now;
  std::vector<StockEvent> events;  // in any order
};

// Available from this day on, until the next step.
struct AtpStep {
  absl::CivilDay from;
  Decimal quantity;
  friend bool operator==(const AtpStep&, const AtpStep&) = default;
};

// ATP(d) = min over t >= d of (free now + supply up to t - demand up to t), in the warehouse
// itself. The first step is from today; one more for each day on which it rises (it never falls).
std::vector<AtpStep> AtpSteps(const WarehouseOutlook& outlook, absl::CivilDay today);

// The same where clients are served: each warehouse's ATP, where above zero, arrives after its days
// of transfer; warehouses with unknown transfer are left out.
std::vector<AtpStep> AtpSteps(std::span<const WarehouseOutlook> outlooks, absl::CivilDay today);

// The first day on which `quantity` is available; nullopt: never, as far as is known.
std::optional<absl::CivilDay> FirstDayCovering(std::span<const AtpStep> steps, Decimal quantity);

struct Cover {
  absl::CivilDay day;         // at the place where clients are served
  uint64_t warehouse_id = 0;  // which alone covers it by then, else the one whose goods come last
};

// The first day on which all warehouses together cover `quantity` (> 0).
std::optional<Cover> EarliestCover(std::span<const WarehouseOutlook> outlooks, Decimal quantity,
                                   absl::CivilDay today);

}  // namespace entrepot::domain
