// Proposals in the form in which callers see them.
#pragma once

#include "absl/status/statusor.h"
#include "core/store/items.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::trade {

// `record` is the proposal's, as it is now. DATA_LOSS where what is kept cannot be read.
absl::StatusOr<v1::Proposal> ShowProposal(const v1::Record& record,
                                          const store::Proposal& proposal);

}  // namespace entrepot::trade
