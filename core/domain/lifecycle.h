// The states of orders and stock requests, and which may follow which. Staying in a state is always
// allowed. Pure, thread-safe.
#pragma once

#include "absl/status/status.h"
#include "entrepot/v1/order.pb.h"
#include "entrepot/v1/stock_request.pb.h"

namespace entrepot::domain {

// Nothing follows a closed state: shipped and cancelled; declined, arrived and cancelled.
bool IsClosed(v1::OrderStatus status);
bool IsClosed(v1::StockRequestStatus status);

bool MayFollow(v1::OrderStatus before, v1::OrderStatus after);
// A promise may be moved: accepted follows accepted.
bool MayFollow(v1::StockRequestStatus before, v1::StockRequestStatus after);

// As MayFollow: FAILED_PRECONDITION (ORDER_CLOSED, STOCK_REQUEST_CLOSED) that says in which state
// it is; INVALID_ARGUMENT (BAD_STATUS) where no way leads to `after` at all.
absl::Status CheckTransition(v1::OrderStatus before, v1::OrderStatus after);
absl::Status CheckTransition(v1::StockRequestStatus before, v1::StockRequestStatus after);

}  // namespace entrepot::domain
