#include "core/api/stock_request_api.h"

namespace entrepot::api {

grpc::ServerUnaryReactor* StockRequestApi::GetStockRequest(
    grpc::CallbackServerContext* context, const v1::GetStockRequestRequest* request,
    v1::GetStockRequestResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kQuick,
                [this](const auto& asked, const Caller&) { return requests_.Get(asked); });
}

grpc::ServerUnaryReactor* StockRequestApi::ListStockRequests(
    grpc::CallbackServerContext* context, const v1::ListStockRequestsRequest* request,
    v1::ListStockRequestsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return requests_.List(asked); });
}

grpc::ServerUnaryReactor* StockRequestApi::AcceptStockRequest(
    grpc::CallbackServerContext* context, const v1::AcceptStockRequestRequest* request,
    v1::AcceptStockRequestResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return requests_.Accept(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* StockRequestApi::DeclineStockRequest(
    grpc::CallbackServerContext* context, const v1::DeclineStockRequestRequest* request,
    v1::DeclineStockRequestResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return requests_.Decline(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* StockRequestApi::ArriveStockRequest(
    grpc::CallbackServerContext* context, const v1::ArriveStockRequestRequest* request,
    v1::ArriveStockRequestResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return requests_.Arrive(asked, caller.actor);
                });
}

}  // namespace entrepot::api
