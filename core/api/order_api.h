// entrepot.v1.OrderService: placing, reading, cancelling, shipping and watching orders.
// Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/api/watch.h"
#include "core/store/store.h"
#include "core/trade/ordering.h"
#include "entrepot/v1/order_service.grpc.pb.h"

namespace entrepot::api {

class OrderApi final : public v1::OrderService::CallbackService {
 public:
  // All outlive it.
  OrderApi(const Entrance& entrance, WatchBoard& board, const store::Store& store,
           trade::Ordering& ordering)
      : entrance_(entrance), board_(board), store_(store), ordering_(ordering) {}

  grpc::ServerUnaryReactor* PlaceOrder(grpc::CallbackServerContext* context,
                                       const v1::PlaceOrderRequest* request,
                                       v1::PlaceOrderResponse* response) override;
  grpc::ServerUnaryReactor* GetOrder(grpc::CallbackServerContext* context,
                                     const v1::GetOrderRequest* request,
                                     v1::GetOrderResponse* response) override;
  grpc::ServerUnaryReactor* ListOrders(grpc::CallbackServerContext* context,
                                       const v1::ListOrdersRequest* request,
                                       v1::ListOrdersResponse* response) override;
  grpc::ServerUnaryReactor* CancelOrder(grpc::CallbackServerContext* context,
                                        const v1::CancelOrderRequest* request,
                                        v1::CancelOrderResponse* response) override;
  grpc::ServerUnaryReactor* ShipOrder(grpc::CallbackServerContext* context,
                                      const v1::ShipOrderRequest* request,
                                      v1::ShipOrderResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchOrderResponse>* WatchOrder(
      grpc::CallbackServerContext* context, const v1::WatchOrderRequest* request) override;

 private:
  const Entrance& entrance_;
  WatchBoard& board_;
  const store::Store& store_;
  trade::Ordering& ordering_;
};

}  // namespace entrepot::api
