// entrepot.v1.StockRequestService: the logistics managers' inbox and answers. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/trade/stock_requests.h"
#include "entrepot/v1/stock_request_service.grpc.pb.h"

namespace entrepot::api {

class StockRequestApi final : public v1::StockRequestService::CallbackService {
 public:
  // Both outlive it.
  StockRequestApi(const Entrance& entrance, trade::StockRequests& requests)
      : entrance_(entrance), requests_(requests) {}

  grpc::ServerUnaryReactor* GetStockRequest(grpc::CallbackServerContext* context,
                                            const v1::GetStockRequestRequest* request,
                                            v1::GetStockRequestResponse* response) override;
  grpc::ServerUnaryReactor* ListStockRequests(grpc::CallbackServerContext* context,
                                              const v1::ListStockRequestsRequest* request,
                                              v1::ListStockRequestsResponse* response) override;
  grpc::ServerUnaryReactor* AcceptStockRequest(grpc::CallbackServerContext* context,
                                               const v1::AcceptStockRequestRequest* request,
                                               v1::AcceptStockRequestResponse* response) override;
  grpc::ServerUnaryReactor* DeclineStockRequest(grpc::CallbackServerContext* context,
                                                const v1::DeclineStockRequestRequest* request,
                                                v1::DeclineStockRequestResponse* response) override;
  grpc::ServerUnaryReactor* ArriveStockRequest(grpc::CallbackServerContext* context,
                                               const v1::ArriveStockRequestRequest* request,
                                               v1::ArriveStockRequestResponse* response) override;

 private:
  const Entrance& entrance_;
  trade::StockRequests& requests_;
};

}  // namespace entrepot::api
