#include "core/trade/availability.h"

#include <algorithm>
#include <tuple>

#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/trade/faults.h"
#include "core/trade/position.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;

void AddWarehouse(const WarehousePosition& at, v1::Availability* answer) {
  v1::WarehouseAvailability* warehouse = answer->add_warehouses();
  warehouse->set_warehouse_id(at.warehouse->id);
  warehouse->set_code(at.warehouse->code);
  warehouse->set_name(at.warehouse->name);
  at.on_hand.ToProto(warehouse->mutable_on_hand());
  at.on_hold.ToProto(warehouse->mutable_on_hold());
  at.reserved.ToProto(warehouse->mutable_reserved());
  at.ordered.Clamped().ToProto(warehouse->mutable_ordered());
  at.available().Clamped().ToProto(warehouse->mutable_available());
  if (at.as_of) SetTimestamp(*at.as_of, warehouse->mutable_as_of());
  if (at.warehouse->transfer_days) warehouse->set_transfer_days(*at.warehouse->transfer_days);
}

bool IsEmpty(const WarehousePosition& at) {
  return !at.as_of && at.on_hand.sign() == 0 && at.on_hold.sign() == 0 && at.reserved.sign() == 0 &&
         at.ordered.sign() == 0;
}

void AddSupply(const SupplyInfo& supply, std::span<const WarehousePosition> warehouses,
               absl::CivilDay today, v1::Availability* answer) {
  v1::IncomingSupply* incoming = answer->add_incoming();
  incoming->set_purchase_order(supply.purchase_order);
  incoming->set_line(supply.line);
  incoming->set_warehouse_id(supply.warehouse_id);
  for (const WarehousePosition& at : warehouses) {
    if (at.warehouse->id == supply.warehouse_id) incoming->set_warehouse_code(at.warehouse->code);
  }
  supply.quantity.get().ToProto(incoming->mutable_quantity());
  incoming->set_on_hold(supply.on_hold);
  if (!supply.expected_on.has_value()) return;
  *incoming->mutable_expected_on() = domain::ToDate(supply.expected_on.get());
  incoming->set_late(supply.expected_on.get() < today);
}

std::vector<SupplyInfo> EarliestFirst(std::vector<SupplyInfo> supplies) {
  const auto place = [](const SupplyInfo& supply) {
    return std::tuple(
        supply.expected_on.has_value() ? supply.expected_on.get() : absl::CivilDay::max(),
        supply.key);
  };
  std::sort(supplies.begin(), supplies.end(),
            [&](const SupplyInfo& a, const SupplyInfo& b) { return place(a) < place(b); });
  return supplies;
}

}  // namespace

absl::StatusOr<v1::GetAvailabilityResponse> Availability::Get(
    const v1::GetAvailabilityRequest& request) const {
  const ProductPtr product = catalogue_.ProductBySku(request.sku(), View::kCommitted);
  if (product == nullptr) return faults::ProductNotFound(request.sku());
  std::optional<Decimal> quantity;
  if (request.has_quantity()) {
    ASSIGN_OR_RETURN(quantity, faults::PositiveQuantity(request.quantity(), "quantity"));
  }
  const absl::CivilDay today = settings_.Today(clock_);
  Position position(*product, stock_, stock_.Get(product->id, View::kCommitted),
                    catalogue_.Warehouses(View::kCommitted), today);
  position.AddBackOrders();

  v1::GetAvailabilityResponse response;
  v1::Availability* answer = response.mutable_availability();
  answer->set_product_id(product->id);
  answer->set_sku(product->sku);
  answer->set_name(product->name);
  answer->set_unit(product->unit.text());
  position.Shelf().Clamped().ToProto(answer->mutable_available());
  for (const WarehousePosition& at : position.warehouses()) {
    if (!IsEmpty(at)) AddWarehouse(at, answer);
  }
  for (const SupplyInfo& supply : EarliestFirst(position.stock().supplies)) {
    AddSupply(supply, position.warehouses(), today, answer);
  }
  for (const domain::AtpStep& step : position.Atp()) {
    v1::AtpStep* proto = answer->add_atp();
    *proto->mutable_date() = domain::ToDate(step.from);
    step.quantity.ToProto(proto->mutable_quantity());
  }
  if (quantity) *answer->mutable_expectation() = position.Expect(*quantity);
  return response;
}

}  // namespace entrepot::trade
