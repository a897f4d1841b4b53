// The cards of clients and products: one record with what belongs to it, and lists of them.
// Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/catalogue.h"
#include "core/trade/receivables.h"
#include "entrepot/v1/client_service.pb.h"
#include "entrepot/v1/product_service.pb.h"

namespace entrepot::trade {

class Cards {
 public:
  // All outlive it.
  Cards(store::Store& store, const Catalogue& catalogue, const Receivables& receivables)
      : store_(store), catalogue_(catalogue), receivables_(receivables) {}

  // Errors of all: as client_service.proto and product_service.proto say, and those of Store::Read.
  absl::StatusOr<v1::GetClientResponse> GetClient(const v1::GetClientRequest& request) const;
  absl::StatusOr<v1::ListClientsResponse> ListClients(const v1::ListClientsRequest& request) const;
  absl::StatusOr<v1::GetProductResponse> GetProduct(const v1::GetProductRequest& request) const;
  absl::StatusOr<v1::ListProductsResponse> ListProducts(
      const v1::ListProductsRequest& request) const;

 private:
  store::Store& store_;
  const Catalogue& catalogue_;
  const Receivables& receivables_;
};

}  // namespace entrepot::trade
