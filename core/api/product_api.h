// entrepot.v1.ProductService: products, and what can be used instead of one. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/trade/analogues.h"
#include "core/trade/cards.h"
#include "entrepot/v1/product_service.grpc.pb.h"

namespace entrepot::api {

class ProductApi final : public v1::ProductService::CallbackService {
 public:
  // All outlive it.
  ProductApi(const Entrance& entrance, const trade::Cards& cards, const trade::Analogues& analogues)
      : entrance_(entrance), cards_(cards), analogues_(analogues) {}

  grpc::ServerUnaryReactor* GetProduct(grpc::CallbackServerContext* context,
                                       const v1::GetProductRequest* request,
                                       v1::GetProductResponse* response) override;
  grpc::ServerUnaryReactor* ListProducts(grpc::CallbackServerContext* context,
                                         const v1::ListProductsRequest* request,
                                         v1::ListProductsResponse* response) override;
  grpc::ServerUnaryReactor* SuggestAnalogues(grpc::CallbackServerContext* context,
                                             const v1::SuggestAnaloguesRequest* request,
                                             v1::SuggestAnaloguesResponse* response) override;

 private:
  const Entrance& entrance_;
  const trade::Cards& cards_;
  const trade::Analogues& analogues_;
};

}  // namespace entrepot::api
