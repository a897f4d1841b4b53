// The machine-readable reason of an error, carried as a payload of absl::Status from where the
// error is made to core/api, which sends it as google.rpc.ErrorInfo.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace entrepot {

// An error with its reason: Failure(absl::StatusCode::kNotFound, "CLIENT_NOT_FOUND", "no client
// …"). `reason` is UPPER_SNAKE_CASE and stable between releases.
absl::Status Failure(absl::StatusCode code, std::string_view reason, std::string_view message);

// The reason of an error; where it has none, the name of its code.
std::string ReasonOf(const absl::Status& status);

}  // namespace entrepot
