// Debian builds Abseil for C++14, so that absl::string_view is a type of its own there. These two
// turn one into the other; both borrow.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace entrepot {

inline absl::string_view AbslView(std::string_view view) { return {view.data(), view.size()}; }
inline std::string_view StdView(absl::string_view view) { return {view.data(), view.size()}; }

}  // namespace entrepot
