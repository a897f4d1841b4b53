#include "core/trade/cards.h"

#include "core/base/status_macros.h"
#include "core/trade/faults.h"
#include "core/trade/paging.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using v1::Record;

// One page of a kind; sets the token of the next one where there is one.
template <typename Request, typename Response, typename Add>
absl::StatusOr<Response> ListPage(store::Store& store, domain::Kind kind, const Request& request,
                                  Add add) {
  Response response;
  ASSIGN_OR_RETURN(const uint64_t after, AfterOf(request.page_token()));
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store.Read());
  const int limit = PageSize(request.page_size());
  ASSIGN_OR_RETURN(std::vector<Record> page,
                   snapshot->List(kind, {.after = after, .limit = limit + 1}));
  if (page.size() > static_cast<size_t>(limit)) {
    page.pop_back();
    response.set_next_page_token(TokenOf(page.back().id()));
  }
  for (Record& record : page) *add(response) = std::move(record);
  return response;
}

}  // namespace

absl::StatusOr<v1::GetClientResponse> Cards::GetClient(const v1::GetClientRequest& request) const {
  const ClientPtr client = catalogue_.ClientByCode(request.code(), View::kCommitted);
  if (client == nullptr) return faults::ClientNotFound(request.code());
  v1::GetClientResponse response;
  const auto contracts = catalogue_.ContractsOf(client->id, View::kCommitted);
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  ASSIGN_OR_RETURN(*response.mutable_client(), GetRecord(*snapshot, client->id));
  for (const ContractInfo& contract : contracts) {
    ASSIGN_OR_RETURN(*response.add_contracts(), GetRecord(*snapshot, contract.key));
  }
  for (v1::Receivables& account : receivables_.Today(client->id)) {
    *response.add_receivables() = std::move(account);
  }
  return response;
}

absl::StatusOr<v1::ListClientsResponse> Cards::ListClients(
    const v1::ListClientsRequest& request) const {
  return ListPage<v1::ListClientsRequest, v1::ListClientsResponse>(
      store_, Record::kClient, request,
      [](v1::ListClientsResponse& response) { return response.add_clients(); });
}

absl::StatusOr<v1::GetProductResponse> Cards::GetProduct(
    const v1::GetProductRequest& request) const {
  const ProductPtr product = catalogue_.ProductBySku(request.sku(), View::kCommitted);
  if (product == nullptr) return faults::ProductNotFound(request.sku());
  v1::GetProductResponse response;
  const auto relations = catalogue_.RelationsOf(product->id, View::kCommitted);
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  ASSIGN_OR_RETURN(*response.mutable_product(), GetRecord(*snapshot, product->id));
  for (const RelationInfo& relation : relations) {
    ASSIGN_OR_RETURN(*response.add_relations(), GetRecord(*snapshot, relation.key));
  }
  return response;
}

absl::StatusOr<v1::ListProductsResponse> Cards::ListProducts(
    const v1::ListProductsRequest& request) const {
  return ListPage<v1::ListProductsRequest, v1::ListProductsResponse>(
      store_, Record::kProduct, request,
      [](v1::ListProductsResponse& response) { return response.add_products(); });
}

}  // namespace entrepot::trade
