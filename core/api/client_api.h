// entrepot.v1.ClientService: clients and their contracts. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/trade/cards.h"
#include "entrepot/v1/client_service.grpc.pb.h"

namespace entrepot::api {

class ClientApi final : public v1::ClientService::CallbackService {
 public:
  // Both outlive it.
  ClientApi(const Entrance& entrance, const trade::Cards& cards)
      : entrance_(entrance), cards_(cards) {}

  grpc::ServerUnaryReactor* GetClient(grpc::CallbackServerContext* context,
                                      const v1::GetClientRequest* request,
                                      v1::GetClientResponse* response) override;
  grpc::ServerUnaryReactor* ListClients(grpc::CallbackServerContext* context,
                                        const v1::ListClientsRequest* request,
                                        v1::ListClientsResponse* response) override;

 private:
  const Entrance& entrance_;
  const trade::Cards& cards_;
};

}  // namespace entrepot::api
