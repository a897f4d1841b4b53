// Entering and changing clients in the hub. What a connection owns is proposed to it. Writes are
// idempotent by their request id. Thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/store.h"
#include "entrepot/v1/client_service.pb.h"

namespace entrepot::trade {

class Clients {
 public:
  // Both outlive it. `authority` may be nullptr: then nothing is owned.
  Clients(store::Store& store, const domain::Authority* authority)
      : store_(store), authority_(authority) {}

  // Errors of all: as client_service.proto says, and those of Store::Write. `origin`: "api:anna".
  absl::StatusOr<v1::CreateClientResponse> Create(const v1::CreateClientRequest& request,
                                                  std::string_view origin);
  absl::StatusOr<v1::UpdateClientResponse> Update(const v1::UpdateClientRequest& request,
                                                  std::string_view origin);

 private:
  absl::Status CheckOwners(const store::Reader& reader, const v1::Client& client) const;

  store::Store& store_;
  const domain::Authority* authority_;
};

}  // namespace entrepot::trade
