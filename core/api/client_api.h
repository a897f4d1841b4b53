// entrepot.v1.ClientService: clients, their contracts and what they owe. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/trade/cards.h"
#include "core/trade/receivables.h"
#include "entrepot/v1/client_service.grpc.pb.h"

namespace entrepot::api {

class ClientApi final : public v1::ClientService::CallbackService {
 public:
  // All outlive it.
  ClientApi(const Entrance& entrance, const trade::Cards& cards,
            const trade::Receivables& receivables)
      : entrance_(entrance), cards_(cards), receivables_(receivables) {}

  grpc::ServerUnaryReactor* GetClient(grpc::CallbackServerContext* context,
                                      const v1::GetClientRequest* request,
                                      v1::GetClientResponse* response) override;
  grpc::ServerUnaryReactor* ListClients(grpc::CallbackServerContext* context,
                                        const v1::ListClientsRequest* request,
                                        v1::ListClientsResponse* response) override;
  grpc::ServerUnaryReactor* GetReceivables(grpc::CallbackServerContext* context,
                                           const v1::GetReceivablesRequest* request,
                                           v1::GetReceivablesResponse* response) override;
  grpc::ServerUnaryReactor* ListReceivables(grpc::CallbackServerContext* context,
                                            const v1::ListReceivablesRequest* request,
                                            v1::ListReceivablesResponse* response) override;

 private:
  const Entrance& entrance_;
  const trade::Cards& cards_;
  const trade::Receivables& receivables_;
};

}  // namespace entrepot::api
