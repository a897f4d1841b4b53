// Is a text valid UTF-8? SQLite stores whatever it is given.
#pragma once

#include <cstddef>
#include <string_view>

namespace entrepot::sql {

inline bool IsUtf8(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  for (size_t at = 0; at < text.size();) {
    const unsigned char first = byte(at);
    const size_t size = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
    if (size == 0 || at + size > text.size()) return false;
    for (size_t i = 1; i < size; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return false;
    }
    const bool overlong =
        (first == 0xe0 && byte(at + 1) < 0xa0) || (first == 0xf0 && byte(at + 1) < 0x90);
    const bool surrogate = first == 0xed && byte(at + 1) >= 0xa0;
    const bool beyond = first == 0xf4 && byte(at + 1) >= 0x90;
    if (overlong || surrogate || beyond) return false;
    at += size;
  }
  return true;
}

}  // namespace entrepot::sql
