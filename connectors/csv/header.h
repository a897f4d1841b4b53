// The names of a file's columns, as the mapping is to see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace entrepot::csv {

// The text without spaces around it (no-break spaces too) and with one space for each run within.
std::string CleanName(std::string_view name);

// Equal but for case and spaces, in any script.
bool SameName(std::string_view left, std::string_view right);

// Column names from a header's cells: cleaned; spelled as in `known` where that has the same name;
// the second "Price" becomes "Price (2)"; a column without a name becomes "#3"; columns without a
// name at the end, which a trailing delimiter makes, are left out.
std::vector<std::string> ColumnNames(const std::vector<std::string>& cells,
                                     const std::vector<std::string>& known);

}  // namespace entrepot::csv
