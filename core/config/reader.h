// From YAML to the configuration's messages, generically: what a key is called, its type, bounds
// and default are read from the descriptors and the options in entrepot/config/v1/options.proto.
#pragma once

#include <string_view>

#include "core/config/load.h"

namespace entrepot::config {

// Fills loaded->config, ->positions and ->problems; loaded->file and ->folder are set.
void ReadYaml(std::string_view text, Loaded* loaded);

}  // namespace entrepot::config
