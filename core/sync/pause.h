// Connections that a person has paused: nothing is read from them and nothing written to them,
// until they are resumed. Kept in the store, so that a restart does not end it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/transaction.h"

namespace entrepot::sync {

struct Pause {
  std::string by;  // "api:anna"
  absl::Time at;
};

// Nothing: it is not paused. Errors of the store.
absl::StatusOr<std::optional<Pause>> PauseOf(const store::Reader& reader,
                                             std::string_view connection);
// Keeps the one that is there.
absl::Status SetPause(store::Transaction& tx, std::string_view connection, std::string_view by);
absl::Status EndPause(store::Transaction& tx, std::string_view connection);

}  // namespace entrepot::sync
