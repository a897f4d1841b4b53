// Stock requests: the logistics managers' inbox and their answers. An answer and the order line's
// new expected date are one transaction, written in the name of the person who answered. Writes
// are idempotent by their request id. Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/books.h"
#include "entrepot/v1/stock_request_service.pb.h"

namespace entrepot::trade {

class StockRequests {
 public:
  // `store` outlives it; the projections of `books` are registered with it.
  StockRequests(const Books& books, store::Store& store) : books_(books), store_(store) {}

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
  const Books books_;
  store::Store& store_;
};

}  // namespace entrepot::trade
