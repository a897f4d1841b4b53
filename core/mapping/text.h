// Texts of cells: trimming, and how they are shown in sentences for people.
#pragma once

#include <string>
#include <string_view>

namespace entrepot::mapping {

// The length of the space that `text` starts with: ASCII white space, no-break, thin and figure
// spaces, the byte order mark; 0: none.
size_t LeadingSpace(std::string_view text);

std::string_view TrimSlowly(std::string_view text);

// Without the spaces at both ends. Borrows.
inline std::string_view Trim(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7F; };
  if (!text.empty() && plain(text.front()) && plain(text.back())) return text;
  return TrimSlowly(text);
}

bool IsUtf8(std::string_view text);

// «text», cut where it is long, with bytes that are no UTF-8 and control characters replaced.
std::string Quoted(std::string_view text);

}  // namespace entrepot::mapping
