#include "header.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <map>

namespace entrepot::csv {
namespace {

icu::UnicodeString Folded(std::string_view name) {
  const auto clean = CleanName(name);
  return icu::UnicodeString::fromUTF8(icu::StringPiece(clean.data(), clean.size())).foldCase();
}

}  // namespace

std::string CleanName(std::string_view name) {
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), name.size()));
  icu::UnicodeString clean;
  bool space = false;
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 c = text.char32At(at);
    if (u_isUWhiteSpace(c) || u_iscntrl(c) || c == 0xFEFF) {
      space = !clean.isEmpty();
      continue;
    }
    if (space) clean.append(static_cast<UChar32>(' '));
    space = false;
    clean.append(c);
  }
  std::string result;
  return clean.toUTF8String(result);
}

bool SameName(std::string_view left, std::string_view right) {
  return Folded(left) == Folded(right);
}

std::vector<std::string> ColumnNames(const std::vector<std::string>& cells,
                                     const std::vector<std::string>& known) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  for (const std::string& cell : cells) {
    std::string name = CleanName(cell);
    for (const std::string& spelling : known) {
      if (name != spelling && SameName(name, spelling)) name = spelling;
    }
    if (!name.empty()) {
      const int count = ++seen[name];
      if (count > 1) name += " (" + std::to_string(count) + ")";
    }
    names.push_back(std::move(name));
  }
  while (!names.empty() && names.back().empty()) names.pop_back();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = "#" + std::to_string(i + 1);
  }
  return names;
}

}  // namespace entrepot::csv
