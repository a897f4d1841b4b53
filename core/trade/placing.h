// The transaction that places one order: checks every line first, then reserves what is on the
// shelf, names a date for the rest, and asks logistics for it. On the writer's thread.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/transaction.h"
#include "core/trade/analogues.h"
#include "core/trade/books.h"
#include "core/trade/position.h"
#include "core/trade/pricing.h"
#include "entrepot/v1/order_service.pb.h"

namespace entrepot::trade {

class Placing {
 public:
  // All outlive it. It is used for one order and one transaction.
  Placing(const Books& books, const Analogues& analogues, const ClientInfo& client,
          store::Transaction& transaction);

  // Errors as OrderService.PlaceOrder; nothing is written before all lines have been checked.
  absl::StatusOr<v1::PlaceOrderResponse> Place(const v1::PlaceOrderRequest& request,
                                               std::string_view origin);

 private:
  absl::Status CheckHead(const v1::PlaceOrderRequest& request);
  absl::Status AddLine(const v1::PlaceOrderLine& asked, Pricing& pricing);
  absl::Status CheckAmounts() const;
  void Reserve(v1::OrderLine* line, const ProductInfo& product);
  v1::LineAnswer Answer(const v1::OrderLine& line, const ProductInfo& product) const;
  Position& PositionOf(const ProductInfo& product);

  const Books& books_;
  const Analogues& analogues_;
  const ClientInfo& client_;
  store::Transaction& transaction_;
  const absl::CivilDay today_;
  const bool substitution_allowed_;
  v1::Order order_;
  std::vector<ProductPtr> products_;  // of the lines
  std::map<uint64_t, Position> positions_;
};

}  // namespace entrepot::trade
