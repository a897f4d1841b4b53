// Orders: placing (check, reserve and ask logistics in one transaction), cancelling, shipping, and
// reading them back. `origin` names who acts: "api:anna". Every write is idempotent by its request
// id (decision 12). Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/analogues.h"
#include "core/trade/catalogue.h"
#include "core/trade/documents.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/order_service.pb.h"

namespace entrepot::trade {

class Ordering {
 public:
  // All outlive it. The three projections are registered with `store`.
  Ordering(const Settings& settings, store::Store& store, const Catalogue& catalogue,
           const StockIndex& stock, const Documents& documents, const Analogues& analogues)
      : settings_(settings),
        store_(store),
        catalogue_(catalogue),
        stock_(stock),
        documents_(documents),
        analogues_(analogues) {}

  // Errors of all: as order_service.proto says, INVALID_ARGUMENT (BAD_REQUEST_ID) of the writes,
  // and those of Store::Write and Store::Read.
  absl::StatusOr<v1::PlaceOrderResponse> Place(const v1::PlaceOrderRequest& request,
                                               std::string_view origin);
  absl::StatusOr<v1::CancelOrderResponse> Cancel(const v1::CancelOrderRequest& request,
                                                 std::string_view origin);
  absl::StatusOr<v1::ShipOrderResponse> Ship(const v1::ShipOrderRequest& request,
                                             std::string_view origin);

  absl::StatusOr<v1::GetOrderResponse> Get(const v1::GetOrderRequest& request) const;
  absl::StatusOr<v1::ListOrdersResponse> List(const v1::ListOrdersRequest& request) const;

 private:
  const Settings& settings_;
  store::Store& store_;
  const Catalogue& catalogue_;
  const StockIndex& stock_;
  const Documents& documents_;
  const Analogues& analogues_;
};

}  // namespace entrepot::trade
