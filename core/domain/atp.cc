#include "core/domain/atp.h"

#include <algorithm>
#include <map>

namespace entrepot::domain {
namespace {

// A warehouse's steps as they are seen where clients are served: never below zero, and nothing
// before the first goods can have come.
std::vector<AtpStep> ArrivingSteps(const WarehouseOutlook& outlook, absl::CivilDay today) {
  std::vector<AtpStep> steps = {{today, Decimal()}};
  for (const AtpStep& step : AtpSteps(outlook, today)) {
    const Decimal quantity = std::max(step.quantity, Decimal());
    const absl::CivilDay from = step.from + *outlook.transfer_days;
    if (quantity == steps.back().quantity) continue;
    if (from == steps.back().from) {
      steps.back().quantity = quantity;
    } else {
      steps.push_back({from, quantity});
    }
  }
  return steps;
}

}  // namespace

std::vector<AtpStep> AtpSteps(const WarehouseOutlook& outlook, absl::CivilDay today) {
  std::map<absl::CivilDay, Decimal> changes = {{today, outlook.free_now}};
  for (const StockEvent& event : outlook.events) {
    const bool late = event.day < today && event.change > Decimal();
    if (!late) changes[std::max(event.day, today)] += event.change;
  }
  std::vector<AtpStep> balances;
  Decimal balance;
  for (const auto& [day, change] : changes) balances.push_back({day, balance += change});
  // What a later day lacks must not be given away before it.
  for (size_t i = balances.size() - 1; i > 0; --i) {
    balances[i - 1].quantity = std::min(balances[i - 1].quantity, balances[i].quantity);
  }
  const auto same = [](const AtpStep& a, const AtpStep& b) { return a.quantity == b.quantity; };
  balances.erase(std::unique(balances.begin(), balances.end(), same), balances.end());
  return balances;
}

std::vector<AtpStep> AtpSteps(std::span<const WarehouseOutlook> outlooks, absl::CivilDay today) {
  std::map<absl::CivilDay, Decimal> rises = {{today, Decimal()}};
  for (const WarehouseOutlook& outlook : outlooks) {
    if (!outlook.transfer_days) continue;
    Decimal before;
    for (const AtpStep& step : ArrivingSteps(outlook, today)) {
      rises[step.from] += step.quantity - before;
      before = step.quantity;
    }
  }
  std::vector<AtpStep> steps;
  Decimal quantity;
  for (const auto& [day, rise] : rises) {
    quantity += rise;
    if (steps.empty() || rise != Decimal()) steps.push_back({day, quantity});
  }
  return steps;
}

std::optional<absl::CivilDay> FirstDayCovering(std::span<const AtpStep> steps, Decimal quantity) {
  for (const AtpStep& step : steps) {
    if (step.quantity >= quantity) return step.from;
  }
  return std::nullopt;
}

std::optional<Cover> EarliestCover(std::span<const WarehouseOutlook> outlooks, Decimal quantity,
                                   absl::CivilDay today) {
  const auto day = FirstDayCovering(AtpSteps(outlooks, today), quantity);
  if (!day) return std::nullopt;
  Cover cover{*day};
  bool alone = false;
  for (const WarehouseOutlook& outlook : outlooks) {
    if (!outlook.transfer_days) continue;
    const std::vector<AtpStep> steps = ArrivingSteps(outlook, today);
    const auto own_day = FirstDayCovering(steps, quantity);
    if (!alone && own_day && *own_day <= *day) {
      cover.warehouse_id = outlook.warehouse_id;
      alone = true;
    }
    const bool comes_then =
        std::any_of(steps.begin(), steps.end(), [&](const AtpStep& s) { return s.from == *day; });
    if (cover.warehouse_id == 0 && comes_then) cover.warehouse_id = outlook.warehouse_id;
  }
  return cover;
}

}  // namespace entrepot::domain
