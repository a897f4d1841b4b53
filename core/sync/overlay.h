// What one connection is to show of a record, where that is not what the record says: values that
// are held stay there as they are, and values that its owner is asked for are put.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"

namespace entrepot::sync {

// Changes the body of `record` so. Returns the authority groups, by index, in which it now shows
// what the connection is asked for: that it has taken them does not make them the record's. Errors
// of the store.
absl::StatusOr<std::vector<int>> Overlay(const store::Reader& reader, std::string_view connection,
                                         v1::Record* record);

}  // namespace entrepot::sync
