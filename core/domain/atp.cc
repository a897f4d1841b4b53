#include "core/domain/atp.h"

#include <algorithm>
#include <map>

namespace entrepot::domain {

std::vector<AtpStep> AtpSteps(Decimal free_now, std::span<const StockEvent> events,
                              absl::CivilDay today) {
  std::map<absl::CivilDay, Decimal> changes = {{today, free_now}};
  for (const StockEvent& event : events) {
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

std::optional<absl::CivilDay> FirstDayCovering(std::span<const AtpStep> steps, Decimal quantity) {
  for (const AtpStep& step : steps) {
    if (step.quantity >= quantity) return step.from;
  }
  return std::nullopt;
}

}  // namespace entrepot::domain
