// The protos of the configuration and of the kinds with their comments, embedded at build.
#pragma once

#include <string_view>

namespace entrepot::config {

// A serialised google.protobuf.FileDescriptorSet.
extern const std::string_view kDescriptors;

}  // namespace entrepot::config
