#include "core/mapping/text.h"

#include <array>

namespace entrepot::mapping {
namespace {

// Bytes of a text that a sentence shows.
constexpr size_t kShownMax = 80;

constexpr std::array<std::string_view, 7> kWideSpaces = {
    "\xC2\xA0",      // no-break
    "\xE2\x80\x87",  // figure
    "\xE2\x80\x88",  // punctuation
    "\xE2\x80\x89",  // thin
    "\xE2\x80\x8A",  // hair
    "\xE2\x80\xAF",  // narrow no-break
    "\xEF\xBB\xBF",  // byte order mark
};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The length of the character that `text` starts with; 0 where it is not well-formed UTF-8.
size_t CharacterLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what is beyond U+10FFFF.
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) >= 0xA0) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;
  return length;
}

}  // namespace

size_t LeadingSpace(std::string_view text) {
  if (text.empty()) return 0;
  if (IsSpace(text.front())) return 1;
  for (std::string_view space : kWideSpaces) {
    if (text.substr(0, space.size()) == space) return space.size();
  }
  return 0;
}

std::string_view TrimSlowly(std::string_view text) {
  while (const size_t length = LeadingSpace(text)) text.remove_prefix(length);
  for (bool again = true; again && !text.empty();) {
    again = false;
    if (IsSpace(text.back())) {
      text.remove_suffix(1);
      again = true;
      continue;
    }
    for (std::string_view space : kWideSpaces) {
      if (text.size() < space.size()) continue;
      if (text.substr(text.size() - space.size()) != space) continue;
      text.remove_suffix(space.size());
      again = true;
    }
  }
  return text;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const size_t length = CharacterLength(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "«";
  for (size_t at = 0; at < text.size();) {
    if (at >= kShownMax) {
      quoted += "…";
      break;
    }
    const size_t length = CharacterLength(text.substr(at));
    const bool shown = length > 1 || (length == 1 && text[at] >= ' ' && text[at] != 0x7F);
    quoted += shown ? text.substr(at, length) : std::string_view("\xEF\xBF\xBD");
    at += length == 0 ? 1 : length;
  }
  return quoted += "»";
}

}  // namespace entrepot::mapping
