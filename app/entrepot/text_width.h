// How many columns of a terminal a text takes. Pure.
#pragma once

#include <string_view>

namespace entrepot::cli {

// Of UTF-8; broken bytes count as one column each. Marks that combine take none, wide characters
// of East Asia take two.
int TextWidth(std::string_view text);

}  // namespace entrepot::cli
