// Records that may be one, and what is proposed to owners, as those who run the hub see them.
// Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/store.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::api {

class Identity {
 public:
  // Both outlive it. `authority` may be nullptr: then nothing is owned.
  Identity(store::Store& store, const domain::Authority* authority)
      : store_(store), authority_(authority) {}

  // Errors of all: as operation_service.proto says, and those of Store::Read and Write.
  absl::StatusOr<v1::ListProposalsResponse> ListProposals(
      const v1::ListProposalsRequest& request) const;
  absl::StatusOr<v1::ListDoublesResponse> ListDoubles(const v1::ListDoublesRequest& request) const;
  absl::StatusOr<v1::GetDoubleResponse> GetDouble(const v1::GetDoubleRequest& request) const;
  absl::StatusOr<v1::MergeDoubleResponse> MergeDouble(const v1::MergeDoubleRequest& request,
                                                      std::string_view actor);
  absl::StatusOr<v1::DismissDoubleResponse> DismissDouble(const v1::DismissDoubleRequest& request,
                                                          std::string_view actor);

 private:
  store::Store& store_;
  const domain::Authority* authority_;
};

}  // namespace entrepot::api
