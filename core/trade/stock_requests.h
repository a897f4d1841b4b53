// Stock requests: the logistics managers' inbox and their answers. An answer and the order line's
// new expected date are one transaction, written in the name of the person who answered. Writes
// are idempotent by their request id. Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/catalogue.h"
#include "core/trade/documents.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/stock_request_service.pb.h"

namespace entrepot::trade {

class StockRequests {
 public:
  // All outlive it. The three projections are registered with `store`.
  StockRequests(const Settings& settings, store::Store& store, const Catalogue& catalogue,
                const StockIndex& stock, const Documents& documents)
      : settings_(settings),
        store_(store),
        catalogue_(catalogue),
        stock_(stock),
        documents_(documents) {}

  // Errors of all: as stock_request_service.proto says, INVALID_ARGUMENT (BAD_REQUEST_ID) of the
  // writes, and those of Store::Write and Store::Read. `origin`: "api:ivan".
  absl::StatusOr<v1::AcceptStockRequestResponse> Accept(
      const v1::AcceptStockRequestRequest& request, std::string_view origin);
  absl::StatusOr<v1::DeclineStockRequestResponse> Decline(
      const v1::DeclineStockRequestRequest& request, std::string_view origin);
  absl::StatusOr<v1::ArriveStockRequestResponse> Arrive(
      const v1::ArriveStockRequestRequest& request, std::string_view origin);

  absl::StatusOr<v1::GetStockRequestResponse> Get(const v1::GetStockRequestRequest& request) const;
  absl::StatusOr<v1::ListStockRequestsResponse> List(
      const v1::ListStockRequestsRequest& request) const;

 private:
  const Settings& settings_;
  store::Store& store_;
  const Catalogue& catalogue_;
  const StockIndex& stock_;
  const Documents& documents_;
};

}  // namespace entrepot::trade
