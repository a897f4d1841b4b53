// Where the server may listen.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"

namespace entrepot::api {

// OK for "127.0.0.1:7420", "[::1]:7420", "localhost:0". INVALID_ARGUMENT (BAD_ADDRESS): not of
// this form, or further than this machine.
absl::Status CheckLoopback(std::string_view address);

// OK where a socket can be made: the path fits (107 bytes), its folder is there, and nobody answers
// at it. INVALID_ARGUMENT (BAD_SOCKET), FAILED_PRECONDITION (SOCKET_IN_USE).
absl::Status CheckSocketPath(const std::filesystem::path& path);

}  // namespace entrepot::api
