// The second look at a configuration: what its words mean. Needs the manifests of its connectors.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "core/config/load.h"
#include "core/mapping/mapping.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::config {

// The manifest of the connector with this id; an error that says why there is none. Problems show
// its message.
using Manifests =
    std::function<absl::StatusOr<connector::v1::Manifest>(const std::string& connector)>;

// Adds every mistake to loaded->problems, in order of lines: connectors and their options, kinds,
// mappings, the time zone, the currency, who is responsible. What only follows from a problem that
// Load has found is left out.
void Validate(const Manifests& manifests, Loaded* loaded);

// What mappings need of a configuration that Validate accepts.
absl::StatusOr<mapping::Environment> EnvironmentOf(const v1::Config& config);

}  // namespace entrepot::config
