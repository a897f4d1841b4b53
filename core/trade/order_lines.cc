#include "core/trade/order_lines.h"

#include <algorithm>

namespace entrepot::trade {

using domain::Decimal;

Decimal ValueOf(const v1::Decimal& decimal) { return PackedDecimal(decimal).get(); }

void Allocate(std::span<const Pick> picks, v1::OrderLine* line) {
  for (const Pick& pick : picks) {
    auto* allocations = line->mutable_allocations();
    auto at = std::find_if(allocations->begin(), allocations->end(), [&](const auto& allocation) {
      return allocation.warehouse_id() == pick.warehouse_id;
    });
    v1::Allocation* allocation = at == allocations->end() ? allocations->Add() : &*at;
    allocation->set_warehouse_id(pick.warehouse_id);
    const Decimal quantity = ValueOf(allocation->quantity()) + pick.quantity;
    quantity.ToProto(allocation->mutable_quantity());
  }
}

void SetBackOrdered(Decimal quantity, v1::OrderLine* line) {
  quantity.ToProto(line->mutable_back_ordered());
  if (quantity.sign() == 0) line->clear_expectation();
}

Decimal ReadyToShip(const v1::OrderLine& line) {
  Decimal ready;
  for (const v1::Allocation& allocation : line.allocations()) {
    ready += ValueOf(allocation.quantity()) - ValueOf(allocation.shipped());
  }
  return ready;
}

void ShipLine(Decimal quantity, const google::protobuf::Timestamp& now, v1::OrderLine* line,
              v1::Shipment* shipment) {
  for (v1::Allocation& allocation : *line->mutable_allocations()) {
    const Decimal shipped = ValueOf(allocation.shipped());
    const Decimal part = std::min(quantity, ValueOf(allocation.quantity()) - shipped);
    if (part.sign() <= 0) continue;
    quantity -= part;
    (shipped + part).ToProto(allocation.mutable_shipped());
    *allocation.mutable_shipped_at() = now;
    v1::ShipmentLine* left = nullptr;
    for (v1::ShipmentLine& known : *shipment->mutable_lines()) {
      if (known.order_line() == line->number() &&
          known.warehouse_id() == allocation.warehouse_id()) {
        left = &known;
      }
    }
    if (left == nullptr) left = shipment->add_lines();
    left->set_order_line(line->number());
    left->set_warehouse_id(allocation.warehouse_id());
    (ValueOf(left->quantity()) + part).ToProto(left->mutable_quantity());
  }
}

bool IsShipped(const v1::Order& order) {
  return std::all_of(order.lines().begin(), order.lines().end(), [](const v1::OrderLine& line) {
    return ValueOf(line.back_ordered()).sign() == 0 && ReadyToShip(line).sign() == 0;
  });
}

std::string InvoiceNumber(const std::string& order_number, int32_t shipment) {
  return order_number + "-" + std::to_string(shipment);
}

void ReleaseLine(v1::OrderLine* line) {
  auto* allocations = line->mutable_allocations();
  for (v1::Allocation& allocation : *allocations) {
    *allocation.mutable_quantity() = allocation.shipped();
  }
  allocations->erase(std::remove_if(allocations->begin(), allocations->end(),
                                    [](const v1::Allocation& allocation) {
                                      return ValueOf(allocation.quantity()).sign() == 0;
                                    }),
                     allocations->end());
  SetBackOrdered(Decimal(), line);
}

}  // namespace entrepot::trade
