// Options of connectors: what a manifest says of them against what the configuration gives.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/config/secret.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::config {

// Is the value given by `env` or `file`?
bool IsByReference(const v1::OptionText& option);

// The value itself: of the environment variable or the file where it is given by reference.
// FAILED_PRECONDITION (SECRET_MISSING) names the variable or file, never its content.
absl::StatusOr<Secret> Resolve(const v1::OptionText& option);

// `value` in the form that the connector gets: paths absolute from `folder`, durations in
// milliseconds, booleans "true" or "false". INVALID_ARGUMENT (INVALID_OPTION): a sentence on what
// is wrong with it and what would be right, which shows the value only where it is no secret.
absl::StatusOr<std::string> ConvertOption(const connector::v1::OptionSpec& spec,
                                          std::string_view value, std::string_view folder);

}  // namespace entrepot::config
