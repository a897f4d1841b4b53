// Looks at a connector's shared object before anything of it runs, because a bad one (with its own
// protobuf, say) aborts the process inside the loader, where nothing can be caught. Guards against
// mistakes, not against malice: a connector is code that runs with the hub's rights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entrepot::host {

// What the connector note says.
struct Inspection {
  std::string id;
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;
};

// A connector file larger than this is refused.
inline constexpr uint64_t kPluginBytesMax = 256u << 20;

// Reads the whole file. NOT_FOUND, PERMISSION_DENIED or FAILED_PRECONDITION (CONNECTOR_REFUSED: no
// ordinary file, too large) with a sentence that names it.
absl::StatusOr<std::string> ReadPlugin(const std::filesystem::path& file);

// May these bytes of `file` be loaded? They carry the note, speak an ABI that this hub speaks,
// export the entry and nothing else, and need no library of which two copies break the process.
// FAILED_PRECONDITION (CONNECTOR_REFUSED) with a sentence that says what is wrong and what to do.
absl::StatusOr<Inspection> Inspect(const std::filesystem::path& file, std::string_view bytes);

}  // namespace entrepot::host
