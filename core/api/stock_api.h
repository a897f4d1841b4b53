// entrepot.v1.StockService: what is there and what will be there, once or watched. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/api/watch.h"
#include "core/trade/availability.h"
#include "entrepot/v1/stock_service.grpc.pb.h"

namespace entrepot::api {

class StockApi final : public v1::StockService::CallbackService {
 public:
  // All outlive it.
  StockApi(const Entrance& entrance, WatchBoard& board, const trade::Availability& availability)
      : entrance_(entrance), board_(board), availability_(availability) {}

  grpc::ServerUnaryReactor* GetAvailability(grpc::CallbackServerContext* context,
                                            const v1::GetAvailabilityRequest* request,
                                            v1::GetAvailabilityResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchAvailabilityResponse>* WatchAvailability(
      grpc::CallbackServerContext* context, const v1::WatchAvailabilityRequest* request) override;

 private:
  const Entrance& entrance_;
  WatchBoard& board_;
  const trade::Availability& availability_;
};

}  // namespace entrepot::api
