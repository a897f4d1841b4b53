// Conflicts as those who run the hub see them: both sides field by field, and the decision between
// them. Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/store.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::api {

class Conflicts {
 public:
  // Both outlive it. `authority` may be nullptr: then nothing is owned.
  Conflicts(store::Store& store, const domain::Authority* authority)
      : store_(store), authority_(authority) {}

  // Errors of all: as operation_service.proto says, and those of Store::Read and Write.
  absl::StatusOr<v1::ListConflictsResponse> List(const v1::ListConflictsRequest& request) const;
  absl::StatusOr<v1::GetConflictResponse> Get(const v1::GetConflictRequest& request) const;
  absl::StatusOr<v1::ResolveConflictResponse> Resolve(const v1::ResolveConflictRequest& request,
                                                      std::string_view actor);

 private:
  absl::StatusOr<v1::Conflict> Show(const store::Reader& reader,
                                    const store::Conflict& conflict) const;

  store::Store& store_;
  const domain::Authority* authority_;
};

}  // namespace entrepot::api
