// Lines that wait for goods: serving them in their order when goods come, and saying when the rest
// will be here. On the writer's thread.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/transaction.h"
#include "core/trade/books.h"
#include "entrepot/v1/order.pb.h"

namespace entrepot::trade {

// Gives what is on the shelf of a product to the lines that wait for it (by wanted date, then by
// order date), and says anew when the others can expect theirs; a manager's promise stands. Changes
// nothing where nothing has changed. Writes at most `*writes_left` lines and lowers it by what it
// wrote; false: more is to be done.
absl::StatusOr<bool> ServeBackOrders(const Books& books, uint64_t product_id,
                                     std::string_view origin, store::Transaction& transaction,
                                     int* writes_left);

// When one waiting line can expect its goods by supplies alone, behind those that come before it.
v1::Expectation ExpectationOf(const Books& books, uint64_t order_id, const v1::OrderLine& line,
                              absl::CivilDay today);

}  // namespace entrepot::trade
