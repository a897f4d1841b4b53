// The JSON schema of the configuration file, so that editors complete and explain its keys. Made
// from the protos: their comments are the descriptions.
#pragma once

#include <string>

namespace entrepot::config {

// JSON Schema draft 7, with a line break at the end. The same in each run.
std::string JsonSchema();

}  // namespace entrepot::config
