// The lives of a store: each restored backup begins a new one, in which nothing given out before
// (ids, document numbers, revisions) is given out again for something else.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"

namespace entrepot::store {

absl::StatusOr<Epoch> LoadEpoch(Connection& db);
absl::Status SaveEpoch(Connection& db, const Epoch& epoch);

}  // namespace entrepot::store
