// A person's decision of a conflict.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "core/domain/authority.h"
#include "core/store/transaction.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Settles an open conflict in the name of `actor` ("api:anna"). KEEP_HUB: the record stays as it
// is, and is sent to the connection where that takes records. KEEP_THEIRS: the record becomes what
// the connection showed. `authority` may be nullptr. NOT_FOUND (CONFLICT_NOT_FOUND);
// FAILED_PRECONDITION (CONFLICT_SETTLED, OWNED); INVALID_ARGUMENT (NO_DECISION); those of
// Transaction::Put.
absl::Status Resolve(store::Transaction& tx, const domain::Authority* authority, uint64_t id,
                     v1::Keep keep, std::string_view actor);

absl::Status ConflictNotFound(uint64_t id);

}  // namespace entrepot::sync
