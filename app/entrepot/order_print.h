// Orders as people read them. One thread.
#pragma once

#include "app/entrepot/names.h"
#include "app/entrepot/output.h"
#include "entrepot/v1/order_service.pb.h"

namespace entrepot::cli {

void PrintAnswer(const v1::PlaceOrderResponse& response, const std::string& request_id,
                 Names* names, const Output& out);
// The order, its lines, what it waits for and its shipments.
void PrintOrder(const v1::Record& record, Names* names, const Output& out);
// With its stock requests and invoices.
void PrintOrderCard(const v1::GetOrderResponse& response, Names* names, const Output& out);
void PrintOrders(const v1::ListOrdersResponse& response, Names* names, const Output& out);

}  // namespace entrepot::cli
