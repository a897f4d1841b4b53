// Arithmetic on the lines of orders: what is reserved, shipped and waited for.
#pragma once

#include <span>
#include <string>

#include "core/domain/decimal.h"
#include "core/trade/position.h"
#include "entrepot/v1/order.pb.h"

namespace entrepot::trade {

// Of a decimal in a record, which was valid when it was written.
domain::Decimal ValueOf(const v1::Decimal& decimal);

// Reserves more of the line, and sets what is still waited for.
void Allocate(std::span<const Pick> picks, v1::OrderLine* line);
void SetBackOrdered(domain::Decimal quantity, v1::OrderLine* line);

// Allocated and not shipped.
domain::Decimal ReadyToShip(const v1::OrderLine& line);
// Ships `quantity`, which is ready, from the line's warehouses in turn; what left where is added to
// `shipment`.
void ShipLine(domain::Decimal quantity, const google::protobuf::Timestamp& now, v1::OrderLine* line,
              v1::Shipment* shipment);
// All of every line has been shipped.
bool IsShipped(const v1::Order& order);

// Of the invoice that a shipment makes: "1042-1".
std::string InvoiceNumber(const std::string& order_number, int32_t shipment);

// Ends what is reserved and waited for; what was shipped stays.
void ReleaseLine(v1::OrderLine* line);

}  // namespace entrepot::trade
