// What a connector is opened with: the configuration of one connection in the form of the connector
// contract.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/config/load.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::config {

// Options that are not given have the manifest's defaults; secrets are read now, so the request
// must not be logged. NOT_FOUND (CONNECTION_NOT_FOUND); FAILED_PRECONDITION (SECRET_MISSING;
// CONTRACT_TOO_NEW: the connector wants a later hub); INVALID_ARGUMENT (INVALID_OPTION,
// UNKNOWN_OPTION, MISSING_OPTION) names the option.
absl::StatusOr<connector::v1::OpenRequest> MakeOpenRequest(const Loaded& loaded,
                                                           std::string_view connection,
                                                           const connector::v1::Manifest& manifest);

}  // namespace entrepot::config
