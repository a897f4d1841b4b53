// The form in which spellings are compared: lower case, without spaces and points, superscripts as
// digits.
#pragma once

#include <string>
#include <string_view>

namespace entrepot::domain {

// "Кв. М" becomes "квм", "м²" "м2", "Ё" "е". Latin and Cyrillic; other letters stay as they are.
std::string Folded(std::string_view text);

}  // namespace entrepot::domain
