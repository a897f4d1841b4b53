// The stock requests of order lines: asking the responsible manager for what a line lacks, and
// keeping the request in step with the line. On the writer's thread.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/domain/decimal.h"
#include "core/store/transaction.h"
#include "core/trade/books.h"
#include "entrepot/v1/order.pb.h"
#include "entrepot/v1/stock_request.pb.h"

namespace entrepot::trade {

// Makes the request for what `line` waits for, and returns it.
absl::StatusOr<v1::StockRequest> AskLogistics(const Books& books, uint64_t order_id,
                                              const v1::Order& order, const v1::OrderLine& line,
                                              std::string_view origin,
                                              store::Transaction& transaction);

// The line lacks `quantity` now: its requests that are not closed ask for that. Where it lacks
// nothing more, an open one is cancelled and a promised one has arrived.
absl::Status UpdateRequests(const Books& books, uint64_t order_id, int32_t line,
                            domain::Decimal quantity, std::string_view origin,
                            store::Transaction& transaction);

// Ends all requests of an order that is cancelled.
absl::Status CancelRequests(const Books& books, uint64_t order_id, std::string_view reason,
                            std::string_view origin, store::Transaction& transaction);

}  // namespace entrepot::trade
