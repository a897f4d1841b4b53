#include "core/api/client_api.h"

namespace entrepot::api {

grpc::ServerUnaryReactor* ClientApi::GetClient(grpc::CallbackServerContext* context,
                                               const v1::GetClientRequest* request,
                                               v1::GetClientResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kQuick,
                [this](const auto& asked, const Caller&) { return cards_.GetClient(asked); });
}

grpc::ServerUnaryReactor* ClientApi::ListClients(grpc::CallbackServerContext* context,
                                                 const v1::ListClientsRequest* request,
                                                 v1::ListClientsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return cards_.ListClients(asked); });
}

grpc::ServerUnaryReactor* ClientApi::GetReceivables(grpc::CallbackServerContext* context,
                                                    const v1::GetReceivablesRequest* request,
                                                    v1::GetReceivablesResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return receivables_.Get(asked); });
}

grpc::ServerUnaryReactor* ClientApi::ListReceivables(grpc::CallbackServerContext* context,
                                                     const v1::ListReceivablesRequest* request,
                                                     v1::ListReceivablesResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return receivables_.List(asked); });
}

}  // namespace entrepot::api
