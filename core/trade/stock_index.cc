#include "core/trade/stock_index.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "core/base/digest.h"
#include "core/domain/decimal.h"
#include "entrepot/v1/record.pb.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using v1::Record;

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

// Figures cannot hold for a moment after the hub got them: that is a clock that is fast, or another
// zone. Taken at their word they would seem to contain goods that leave only later.
LevelInfo ToInfo(const v1::StockLevel& level, absl::Time taken_at, uint16_t rule) {
  LevelInfo info{.key = level.warehouse_id(), .rule = rule};
  if (level.has_as_of()) {
    info.as_of_us = std::min(Micros(level.as_of()), absl::ToUnixMicros(taken_at));
  }
  info.on_hand = PackedDecimal(level.on_hand());
  info.on_hold = PackedDecimal(level.on_hold());
  info.reserved = PackedDecimal(level.reserved());
  return info;
}

// Received and cancelled supplies count no more.
bool IsOpen(const v1::Supply& supply) {
  return supply.status() != v1::SUPPLY_STATUS_RECEIVED &&
         supply.status() != v1::SUPPLY_STATUS_CANCELLED &&
         PackedDecimal(supply.quantity()).get().sign() > 0;
}

// Systems write "no date" as the last day there is, or so. It is none, and promising from it leads
// past the end of the calendar.
constexpr int kYearOfNoDate = 9000;

SupplyInfo ToInfo(uint64_t id, const v1::Supply& supply) {
  SupplyInfo info{.key = id,
                  .warehouse_id = supply.warehouse_id(),
                  .quantity = PackedDecimal(supply.quantity()),
                  .on_hold = supply.status() == v1::SUPPLY_STATUS_ON_HOLD,
                  .purchase_order = supply.purchase_order(),
                  .line = supply.line()};
  if (supply.has_expected_on() && supply.expected_on().year() < kYearOfNoDate) {
    info.expected_on = PackedDay(supply.expected_on());
  }
  return info;
}

// Calls visit(product id, DemandInfo) for every part of an order that stands for stock. What was
// shipped is taken from the shipments, which know when each part left.
template <typename Visit>
void ForEachDemand(uint64_t id, const v1::Order& order, Visit visit) {
  DemandInfo part{.key = id, .placed_at_us = Micros(order.placed_at())};
  if (order.has_wanted_on()) part.wanted_on = PackedDay(order.wanted_on());
  const auto add = [&](uint64_t product_id, DemandInfo::State state, uint64_t warehouse_id,
                       Decimal quantity) {
    if (quantity.sign() <= 0) return;
    part.state = state;
    part.warehouse_id = warehouse_id;
    part.quantity = PackedDecimal(quantity.ToProto());
    visit(product_id, part);
  };
  absl::flat_hash_map<int32_t, uint64_t> product_of;
  for (const v1::OrderLine& line : order.lines()) {
    product_of[line.number()] = line.product_id();
    if (order.status() != v1::ORDER_STATUS_OPEN) continue;
    part.line = line.number();
    for (const v1::Allocation& allocation : line.allocations()) {
      add(line.product_id(), DemandInfo::State::kReserved, allocation.warehouse_id(),
          PackedDecimal(allocation.quantity()).get() - PackedDecimal(allocation.shipped()).get());
    }
    const v1::Expectation& expectation = line.expectation();
    part.expected_on = expectation.has_date() ? PackedDay(expectation.date()) : PackedDay();
    part.basis = expectation.basis();
    part.expectation = DigestOf(expectation);
    add(line.product_id(), DemandInfo::State::kBackOrdered, 0,
        PackedDecimal(line.back_ordered()).get());
  }
  for (const v1::Shipment& shipment : order.shipments()) {
    part.shipped_at_us = Micros(shipment.shipped_at());
    for (const v1::ShipmentLine& line : shipment.lines()) {
      part.line = line.order_line();
      add(product_of[line.order_line()], DemandInfo::State::kShipped, line.warehouse_id(),
          PackedDecimal(line.quantity()).get());
    }
  }
}

// Goods that figures have contained for so long need not be kept in memory: figures may be replayed
// from a backup, but not from further back.
constexpr absl::Duration kHistoryAge = absl::Hours(7 * 24);
// One order in so many looks for such goods among the others of its products, so that a hub which
// is never restarted keeps no more of them.
constexpr uint32_t kHistoryEvery = 16;

}  // namespace

uint64_t DigestOf(const v1::Expectation& expectation) {
  std::string bytes;
  domain::AppendCanonicalBytes(expectation, &bytes);
  return DigestOf64(bytes);
}

StockIndex::StockIndex(const Settings& settings) : rules_{StockRule()} {
  for (const auto& [connection, rule] : settings.stock_rules) {
    rule_of_.emplace(connection, static_cast<uint16_t>(rules_.size()));
    rules_.push_back(rule);
  }
}

uint16_t StockIndex::RuleIndex(std::string_view origin) const {
  auto found = rule_of_.find(origin.substr(0, origin.find('/')));
  return found == rule_of_.end() ? 0 : found->second;
}

bool StockIndex::Contains(const LevelInfo& level, int64_t shipped_at_us) const {
  const StockRule& rule = rules_[level.rule];
  if (level.as_of_us == LevelInfo::kUnknown) return false;
  if (rule.includes == config::v1::STOCK_INCLUDES_NOTHING) return false;
  return absl::FromUnixMicros(level.as_of_us) >= absl::FromUnixMicros(shipped_at_us) + rule.lag;
}

// The writer's view.
bool StockIndex::IsHistory(uint64_t product_id, const DemandInfo& part) const {
  if (part.state != DemandInfo::State::kShipped) return false;
  const int64_t later = part.shipped_at_us + absl::ToInt64Microseconds(kHistoryAge);
  bool history = false;
  levels_.ForEach(product_id, View::kWriter, [&](const LevelInfo& level) {
    history = history || (level.key == part.warehouse_id && Contains(level, later));
  });
  return history;
}

ProductStock StockIndex::Get(uint64_t product_id, View view) const {
  return {levels_.Get(product_id, view), supplies_.Get(product_id, view),
          demand_.Get(product_id, view)};
}

bool StockIndex::HasBackOrders(uint64_t product_id, View view) const {
  bool found = false;
  demand_.ForEach(product_id, view, [&](const DemandInfo& part) {
    found = found || part.state == DemandInfo::State::kBackOrdered;
  });
  return found;
}

bool StockIndex::MayHaveStock(uint64_t product_id, View view) const {
  bool found = false;
  levels_.ForEach(product_id, view,
                  [&](const LevelInfo& level) { found = found || level.on_hand.get().sign() > 0; });
  return found;
}

bool StockIndex::Wants(domain::Kind kind) const {
  return kind == Record::kStockLevel || kind == Record::kSupply || kind == Record::kOrder;
}

// A stock level's key is its place in the table.
bool StockIndex::NeedsBefore(domain::Kind kind) const { return kind != Record::kStockLevel; }

void StockIndex::Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                      const store::Revision& newest) {
  if (kind == Record::kStockLevel) {
    const auto& level = As<v1::StockLevel>(body);
    levels_.Load(level.product_id(), ToInfo(level, newest.at, RuleIndex(newest.origin)));
  } else if (kind == Record::kSupply) {
    const auto& supply = As<v1::Supply>(body);
    if (IsOpen(supply)) supplies_.Load(supply.product_id(), ToInfo(id, supply));
  } else if (kind == Record::kOrder) {
    ForEachDemand(id, As<v1::Order>(body), [&](uint64_t product_id, const DemandInfo& part) {
      if (!IsHistory(product_id, part)) demand_.Load(product_id, part);
    });
  }
}

void StockIndex::Stage(const store::RecordChange& change) {
  if (change.kind == Record::kStockLevel) {
    StageLevel(change);
  } else if (change.kind == Record::kSupply) {
    StageSupply(change);
  } else if (change.kind == Record::kOrder) {
    StageOrder(change);
  }
}

void StockIndex::StageLevel(const store::RecordChange& change) {
  const auto* before = As<v1::StockLevel>(change.before);
  const auto* after = As<v1::StockLevel>(change.after);
  const bool replaces = before != nullptr && after != nullptr &&
                        before->product_id() == after->product_id() &&
                        before->warehouse_id() == after->warehouse_id();
  if (before != nullptr && !replaces) {
    staging_.Remove(levels_, before->product_id(), before->warehouse_id());
  }
  if (after != nullptr) {
    staging_.Set(levels_, after->product_id(),
                 ToInfo(*after, change.made.at, RuleIndex(change.made.origin)));
  }
}

void StockIndex::StageSupply(const store::RecordChange& change) {
  const auto* before = As<v1::Supply>(change.before);
  const auto* after = As<v1::Supply>(change.after);
  if (before != nullptr) staging_.Remove(supplies_, before->product_id(), change.id);
  if (after != nullptr && IsOpen(*after)) {
    staging_.Add(supplies_, after->product_id(), ToInfo(change.id, *after));
  }
}

void StockIndex::StageOrder(const store::RecordChange& change) {
  if (change.before != nullptr) {
    for (const v1::OrderLine& line : As<v1::Order>(change.before)->lines()) {
      staging_.Remove(demand_, line.product_id(), change.id);
    }
  }
  if (change.after == nullptr) return;
  ForEachDemand(change.id, *As<v1::Order>(change.after),
                [&](uint64_t product_id, const DemandInfo& part) {
                  if (!IsHistory(product_id, part)) staging_.Add(demand_, product_id, part);
                });
  if (++orders_staged_ % kHistoryEvery != 0) return;
  for (const v1::OrderLine& line : As<v1::Order>(change.after)->lines()) {
    DropHistory(line.product_id());
  }
}

// Orders of which nothing else is kept.
void StockIndex::DropHistory(uint64_t product_id) {
  absl::flat_hash_map<uint64_t, bool> is_history;
  for (const DemandInfo& part : demand_.Get(product_id, View::kWriter)) {
    bool& all = is_history.try_emplace(part.key, true).first->second;
    all = all && IsHistory(product_id, part);
  }
  for (const auto& [order_id, all] : is_history) {
    if (all) staging_.Remove(demand_, product_id, order_id);
  }
}

void StockIndex::Commit() {
  levels_.Commit();
  supplies_.Commit();
  demand_.Commit();
  staging_.Clear();
}

}  // namespace entrepot::trade
