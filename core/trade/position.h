// Where one product stands (decision 10): what its warehouses have free, what can be promised by
// date over all of them, and when a quantity will be here. A value computed from the stock index;
// the writer takes from it line by line, so that a line sees what those before it took.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/domain/atp.h"
#include "core/domain/decimal.h"
#include "core/trade/catalogue.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/order.pb.h"

namespace entrepot::trade {

struct WarehousePosition {
  WarehousePtr warehouse;
  domain::Decimal on_hand, on_hold, reserved;
  domain::Decimal ordered;  // by the hub's orders, as far as on_hand does not know of them
  std::optional<absl::Time> as_of;

  domain::Decimal available() const { return on_hand - on_hold - reserved - ordered; }
};

// A part that one warehouse serves from its shelf.
struct Pick {
  uint64_t warehouse_id;
  domain::Decimal quantity;
};

class Position {
 public:
  // Counts reservations, but no back orders yet: see AddBackOrder. `product` and `index` outlive
  // it.
  Position(const ProductInfo& product, const StockIndex& index, ProductStock stock,
           const std::vector<WarehousePtr>& warehouses, absl::CivilDay today);

  // All of them, nearest first.
  std::span<const WarehousePosition> warehouses() const { return warehouses_; }
  const ProductStock& stock() const { return stock_; }

  // A claim that comes before whatever is asked next: `quantity` from `wanted_on` on (absent: now).
  void AddBackOrder(domain::Decimal quantity, PackedDay wanted_on);
  // Those of the index, all of them.
  void AddBackOrders();

  // What an order gets from the shelf now: what is free at warehouses with known days of transfer,
  // less the back orders. Never below zero.
  domain::Decimal Shelf() const;
  // Takes up to `quantity` from the shelf, from the nearest warehouses first.
  std::vector<Pick> Take(domain::Decimal quantity);

  // Available to promise by date, never below zero; the first step is from today.
  std::vector<domain::AtpStep> Atp() const;
  // When `quantity` (> 0) will be here beside what was claimed before, and why.
  v1::Expectation Expect(domain::Decimal quantity) const;

 private:
  struct Source;  // goods that arrive where clients are served
  WarehousePosition* At(uint64_t warehouse_id);
  bool Counts(const DemandInfo& demand, const StockIndex& index) const;
  bool Promises(const SupplyInfo& supply) const;
  std::vector<Source> Sources() const;
  std::vector<domain::AtpStep> AtpOf(const std::vector<Source>& sources) const;
  std::string Remarks() const;  // what is known and cannot be promised from

  const ProductInfo& product_;
  ProductStock stock_;
  absl::CivilDay today_;
  std::vector<WarehousePosition> warehouses_;
  std::vector<domain::StockEvent> back_orders_;
  domain::Decimal back_ordered_;
};

// As back orders are served: by wanted date (absent: the day it was placed), then by order date.
void SortByQueue(std::vector<DemandInfo>& demand, absl::TimeZone zone);

}  // namespace entrepot::trade
