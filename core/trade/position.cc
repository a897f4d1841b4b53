#include "core/trade/position.h"

#include <algorithm>
#include <tuple>

#include "core/domain/date.h"
#include "core/trade/texts.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;

}  // namespace

struct Position::Source {
  absl::CivilDay day;
  Decimal quantity;
  const WarehouseInfo* warehouse;
  const SupplyInfo* supply;  // nullptr: on the shelf already
};

Position::Position(const ProductInfo& product, const StockIndex& index, ProductStock stock,
                   const std::vector<WarehousePtr>& warehouses, absl::CivilDay today)
    : product_(product), stock_(std::move(stock)), today_(today) {
  for (const WarehousePtr& warehouse : warehouses) warehouses_.push_back({.warehouse = warehouse});
  for (const LevelInfo& level : stock_.levels) {
    WarehousePosition* at = At(level.key);
    if (at == nullptr) continue;
    at->on_hand = level.on_hand.get();
    at->on_hold = level.on_hold.get();
    at->reserved = level.reserved.get();
    if (level.as_of_us != LevelInfo::kUnknown) at->as_of = absl::FromUnixMicros(level.as_of_us);
  }
  for (const DemandInfo& demand : stock_.demand) {
    WarehousePosition* at = At(demand.warehouse_id);
    if (at != nullptr && Counts(demand, index)) at->ordered += demand.quantity.get();
  }
}

WarehousePosition* Position::At(uint64_t warehouse_id) {
  auto found = std::find_if(warehouses_.begin(), warehouses_.end(),
                            [&](const auto& at) { return at.warehouse->id == warehouse_id; });
  return found == warehouses_.end() ? nullptr : &*found;
}

bool Position::Counts(const DemandInfo& demand, const StockIndex& index) const {
  if (demand.state == DemandInfo::State::kReserved) return true;
  if (demand.state == DemandInfo::State::kBackOrdered) return false;
  auto level = std::find_if(stock_.levels.begin(), stock_.levels.end(),
                            [&](const auto& level) { return level.key == demand.warehouse_id; });
  // Where the warehouse says nothing (more) of the product, there is nothing to take it from.
  if (level == stock_.levels.end()) return false;
  return !index.Contains(*level, demand.shipped_at_us);
}

void Position::AddBackOrder(Decimal quantity, PackedDay wanted_on) {
  const absl::CivilDay day = wanted_on.has_value() ? std::max(wanted_on.get(), today_) : today_;
  back_ordered_ += quantity;
  auto same = std::find_if(back_orders_.begin(), back_orders_.end(),
                           [&](const domain::StockEvent& event) { return event.day == day; });
  if (same == back_orders_.end()) {
    back_orders_.push_back({day, -quantity});
  } else {
    same->change -= quantity;
  }
}

void Position::AddBackOrders() {
  for (const DemandInfo& demand : stock_.demand) {
    if (demand.state != DemandInfo::State::kBackOrdered) continue;
    AddBackOrder(demand.quantity.get(), demand.wanted_on);
  }
}

Decimal Position::Shelf() const {
  Decimal free;
  for (const WarehousePosition& at : warehouses_) {
    if (at.warehouse->transfer_days) free += std::max(at.available(), Decimal());
  }
  return std::max(free - back_ordered_, Decimal());
}

std::vector<Pick> Position::Take(Decimal quantity) {
  std::vector<Pick> picks;
  Decimal wanted = std::min(quantity, Shelf());
  Decimal kept = back_ordered_;  // those who waited before take the nearest goods
  for (WarehousePosition& at : warehouses_) {
    if (!at.warehouse->transfer_days) continue;
    Decimal free = std::max(at.available(), Decimal());
    const Decimal skipped = std::min(free, kept);
    kept -= skipped;
    free -= skipped;
    const Decimal taken = std::min(free, wanted);
    if (taken.sign() <= 0) continue;
    at.ordered += taken;
    wanted -= taken;
    picks.push_back({at.warehouse->id, taken});
  }
  return picks;
}

// Each warehouse's running balance, where it rises above what it was before, as goods that arrive
// after the days of transfer. A balance below zero swallows the supplies that fill it.
std::vector<Position::Source> Position::Sources() const {
  std::vector<Source> sources;
  for (const WarehousePosition& at : warehouses_) {
    if (!at.warehouse->transfer_days) continue;
    const int transfer = *at.warehouse->transfer_days;
    std::vector<const SupplyInfo*> supplies;
    for (const SupplyInfo& supply : stock_.supplies) {
      if (supply.warehouse_id == at.warehouse->id && Promises(supply)) supplies.push_back(&supply);
    }
    std::sort(supplies.begin(), supplies.end(), [](const auto* a, const auto* b) {
      return std::tuple(a->expected_on.get(), a->key) < std::tuple(b->expected_on.get(), b->key);
    });
    Decimal balance = at.available();
    if (balance.sign() > 0) {
      sources.push_back({today_ + transfer, balance, at.warehouse.get(), nullptr});
    }
    for (const SupplyInfo* supply : supplies) {
      const Decimal before = std::max(balance, Decimal());
      balance += supply->quantity.get();
      const Decimal rise = std::max(balance, Decimal()) - before;
      if (rise.sign() <= 0) continue;
      sources.push_back({supply->expected_on.get() + transfer, rise, at.warehouse.get(), supply});
    }
  }
  return sources;
}

bool Position::Promises(const SupplyInfo& supply) const {
  return !supply.on_hold && supply.expected_on.has_value() && supply.expected_on.get() >= today_;
}

std::vector<domain::AtpStep> Position::AtpOf(const std::vector<Source>& sources) const {
  std::vector<domain::StockEvent> events = back_orders_;
  for (const Source& source : sources) events.push_back({source.day, source.quantity});
  return domain::AtpSteps(Decimal(), events, today_);
}

std::vector<domain::AtpStep> Position::Atp() const {
  std::vector<domain::AtpStep> steps;
  for (domain::AtpStep step : AtpOf(Sources())) {
    step.quantity = std::max(step.quantity, Decimal()).Clamped();
    if (steps.empty() || steps.back().quantity != step.quantity) steps.push_back(step);
  }
  return steps;
}

v1::Expectation Position::Expect(Decimal quantity) const {
  const std::vector<Source> sources = Sources();
  v1::Expectation expectation;
  if (const auto day = domain::FirstDayCovering(AtpOf(sources), quantity)) {
    expectation.set_basis(v1::EXPECTATION_BASIS_DATED);
    *expectation.mutable_date() = domain::ToDate(*day);
    // The goods that complete it: the largest of those that arrive last.
    const Source* last = nullptr;
    for (const Source& source : sources) {
      if (source.day > *day) continue;
      if (last == nullptr ||
          std::tuple(last->day, last->quantity) < std::tuple(source.day, source.quantity)) {
        last = &source;
      }
    }
    if (last == nullptr) return expectation;
    expectation.set_warehouse_id(last->warehouse->id);
    expectation.set_reason(last->supply == nullptr
                               ? texts::FromShelf(*last->warehouse)
                               : texts::FromSupply(*last->supply, *last->warehouse));
    return expectation;
  }
  if (product_.lead_time_days) {
    expectation.set_basis(v1::EXPECTATION_BASIS_ESTIMATED);
    *expectation.mutable_date() = domain::ToDate(today_ + *product_.lead_time_days);
    expectation.set_reason(texts::FromLeadTime(*product_.lead_time_days) + Remarks());
  } else {
    expectation.set_basis(v1::EXPECTATION_BASIS_UNKNOWN);
    expectation.set_reason(texts::NothingKnown() + Remarks());
  }
  return expectation;
}

std::string Position::Remarks() const {
  std::string remarks;
  const auto add = [&](const std::string& remark) { remarks += "; " + remark; };
  for (const SupplyInfo& supply : stock_.supplies) {
    auto at = std::find_if(warehouses_.begin(), warehouses_.end(),
                           [&](const auto& at) { return at.warehouse->id == supply.warehouse_id; });
    if (supply.on_hold) {
      add(texts::HeldSupply(supply));
    } else if (!supply.expected_on.has_value()) {
      add(texts::UndatedSupply(supply));
    } else if (!Promises(supply)) {
      add(texts::LateSupply(supply));
    } else if (at != warehouses_.end() && !at->warehouse->transfer_days) {
      add(texts::FarSupply(supply, *at->warehouse));
    }
  }
  for (const WarehousePosition& at : warehouses_) {
    if (at.warehouse->transfer_days || at.available().sign() <= 0) continue;
    add(texts::FarStock(at.available(), *at.warehouse));
  }
  return remarks;
}

void SortByQueue(std::vector<DemandInfo>& demand, absl::TimeZone zone) {
  const auto place = [&](const DemandInfo& part) {
    const absl::CivilDay wanted =
        part.wanted_on.has_value() ? part.wanted_on.get()
                                   : domain::DayAt(absl::FromUnixMicros(part.placed_at_us), zone);
    return std::tuple(wanted, part.placed_at_us, part.key, part.line);
  };
  std::sort(demand.begin(), demand.end(),
            [&](const DemandInfo& a, const DemandInfo& b) { return place(a) < place(b); });
}

}  // namespace entrepot::trade
