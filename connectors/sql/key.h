// The outside id of a row: the texts of its key columns, one by itself or several joined by "/" as
// the hub joins them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::sql {

std::string JoinKey(const std::vector<std::string>& parts);

// The parts of an outside id; nullopt: it has not that many.
std::optional<std::vector<std::string>> SplitKey(std::string_view outside_id, size_t parts);

}  // namespace entrepot::sql
