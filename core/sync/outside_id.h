// What a connection calls a record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"

namespace entrepot::sync {

// The outside id under which a connection knows a record; empty: none. Errors: as store::Reader.
absl::StatusOr<std::string> OutsideIdOf(const store::Reader& reader, std::string_view connection,
                                        uint64_t record_id);

}  // namespace entrepot::sync
