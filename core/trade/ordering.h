// Orders: placing (check, reserve and ask logistics in one transaction), cancelling, shipping, and
// reading them back. `origin` names who acts: "api:anna". Every write is idempotent by its request
// id (decision 12). Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/analogues.h"
#include "core/trade/books.h"
#include "entrepot/v1/order_service.pb.h"

namespace entrepot::trade {

class Ordering {
 public:
  // All outlive it; the projections of `books` are registered with `store`.
  Ordering(const Books& books, const Analogues& analogues, store::Store& store)
      : books_(books), analogues_(analogues), store_(store) {}

  // Errors of all: as order_service.proto says, INVALID_ARGUMENT (BAD_REQUEST_ID) of the writes
  // and (BAD_PRICE) of Place, and those of Store::Write and Store::Read.
  absl::StatusOr<v1::PlaceOrderResponse> Place(const v1::PlaceOrderRequest& request,
                                               std::string_view origin);
  absl::StatusOr<v1::CancelOrderResponse> Cancel(const v1::CancelOrderRequest& request,
                                                 std::string_view origin);
  absl::StatusOr<v1::ShipOrderResponse> Ship(const v1::ShipOrderRequest& request,
                                             std::string_view origin);

  absl::StatusOr<v1::GetOrderResponse> Get(const v1::GetOrderRequest& request) const;
  absl::StatusOr<v1::ListOrdersResponse> List(const v1::ListOrdersRequest& request) const;

 private:
  absl::Status PlaceIn(const v1::PlaceOrderRequest& request, std::string_view origin,
                       store::Transaction& transaction, v1::PlaceOrderResponse* response);
  absl::Status CancelIn(const v1::CancelOrderRequest& request, std::string_view origin,
                        store::Transaction& transaction, v1::CancelOrderResponse* response);
  absl::Status ShipIn(const v1::ShipOrderRequest& request, std::string_view origin,
                      store::Transaction& transaction, v1::ShipOrderResponse* response);
  absl::Status ListOfClient(const v1::ListOrdersRequest& request, uint64_t after,
                            v1::ListOrdersResponse* response) const;
  absl::Status ListAll(const v1::ListOrdersRequest& request, uint64_t after,
                       v1::ListOrdersResponse* response) const;

  const Books books_;
  const Analogues& analogues_;
  store::Store& store_;
};

}  // namespace entrepot::trade
