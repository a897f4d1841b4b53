#include "core/domain/fold.h"

namespace entrepot::domain {
namespace {

// The lower-case form of a letter of two UTF-8 bytes; 0x04xx is Cyrillic.
char32_t LowerCyrillic(char32_t letter) {
  if (letter == 0x401 || letter == 0x451) return 0x435;  // Ё, ё: е
  if (letter >= 0x410 && letter <= 0x42F) return letter + 0x20;
  if (letter >= 0x400 && letter <= 0x40F) return letter + 0x50;
  return letter;
}

void AppendTwoBytes(char32_t letter, std::string* folded) {
  constexpr char32_t kNoBreakSpace = 0xA0, kMiddleDot = 0xB7;  // the dot of "кВт·ч"
  if (letter == kNoBreakSpace || letter == kMiddleDot) return;
  if (letter == 0xB2 || letter == 0xB3) return folded->push_back(letter == 0xB2 ? '2' : '3');
  const char32_t lower = LowerCyrillic(letter);
  folded->push_back(static_cast<char>(0xC0 | (lower >> 6)));
  folded->push_back(static_cast<char>(0x80 | (lower & 0x3F)));
}

}  // namespace

std::string Folded(std::string_view text) {
  std::string folded;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == ' ' || byte == '.' || byte == '\t') continue;
    if (byte >= 'A' && byte <= 'Z') {
      folded.push_back(static_cast<char>(byte + 0x20));
    } else if (byte >= 0xC2 && byte < 0xE0 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      AppendTwoBytes((static_cast<char32_t>(byte & 0x1F) << 6) | (next & 0x3F), &folded);
    } else {
      folded.push_back(static_cast<char>(byte));
    }
  }
  return folded;
}

}  // namespace entrepot::domain
