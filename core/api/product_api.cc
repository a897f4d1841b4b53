#include "core/api/product_api.h"

namespace entrepot::api {

grpc::ServerUnaryReactor* ProductApi::GetProduct(grpc::CallbackServerContext* context,
                                                 const v1::GetProductRequest* request,
                                                 v1::GetProductResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return cards_.GetProduct(asked); });
}

grpc::ServerUnaryReactor* ProductApi::ListProducts(grpc::CallbackServerContext* context,
                                                   const v1::ListProductsRequest* request,
                                                   v1::ListProductsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return cards_.ListProducts(asked); });
}

grpc::ServerUnaryReactor* ProductApi::SuggestAnalogues(grpc::CallbackServerContext* context,
                                                       const v1::SuggestAnaloguesRequest* request,
                                                       v1::SuggestAnaloguesResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kQuick,
                [this](const auto& asked, const Caller&) { return analogues_.Suggest(asked); });
}

}  // namespace entrepot::api
