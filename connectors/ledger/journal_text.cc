#include "journal_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace entrepot::ledger {
namespace {

// Calls visit(code point, its bytes) for every character.
template <typename Visit>
void ForEachCharacter(std::string_view text, const Visit& visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  int32_t at = 0;
  while (at < size) {
    const int32_t start = at;
    UChar32 c;
    U8_NEXT(bytes, at, size, c);
    if (c >= 0) visit(c, text.substr(start, at - start));
  }
}

bool IsSpaceOrControl(UChar32 c) {
  // Format characters (zero width, directions) are invisible, and make equal names differ.
  return u_isUWhiteSpace(c) || u_iscntrl(c) || u_charType(c) == U_FORMAT_CHAR ||
         u_charType(c) == U_CONTROL_CHAR || c == 0xFFFF || c == 0xFFFE;
}

void AppendEscaped(std::string_view bytes, std::string* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    *out += '%';
    *out += kDigits[static_cast<uint8_t>(c) >> 4];
    *out += kDigits[static_cast<uint8_t>(c) & 15];
  }
}

bool IsPlain(UChar32 c, std::string_view also) {
  if (c >= 0x80) return !IsSpaceOrControl(c);
  const char ascii = static_cast<char>(c);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         also.find(ascii) != std::string_view::npos;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string PayeeText(std::string_view name) {
  std::string payee;
  bool space = false;
  ForEachCharacter(name, [&](UChar32 c, std::string_view bytes) {
    if (IsSpaceOrControl(c)) {
      space = !payee.empty();
      return;
    }
    if (space) payee += ' ';
    space = false;
    if (c == ';') {
      payee += ',';
    } else if (c == '|') {
      payee += '/';
    } else {
      payee += bytes;
    }
  });
  return payee;
}

std::string AccountPart(std::string_view code) {
  std::string part;
  ForEachCharacter(code, [&](UChar32 c, std::string_view bytes) {
    // A single space within is harmless; two of them end the name.
    const bool inner_space = c == ' ' && !part.empty() && part.back() != ' ' &&
                             bytes.data() + 1 < code.data() + code.size();
    if (inner_space || IsPlain(c, "_-./+#")) {
      part += bytes;
    } else {
      AppendEscaped(bytes, &part);
    }
  });
  return part;
}

std::string TagValue(std::string_view value) {
  std::string text;
  ForEachCharacter(value, [&](UChar32 c, std::string_view bytes) {
    if (IsPlain(c, "_-./")) {
      text += bytes;
    } else {
      AppendEscaped(bytes, &text);
    }
  });
  return text;
}

std::string FromTagValue(std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low < 0) {
      value += text[i];
      continue;
    }
    value += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return value;
}

bool IsAccountName(std::string_view name) {
  if (name.empty() || name.front() == ' ' || name.back() == ' ') return false;
  char last = ':';
  bool good = true;
  ForEachCharacter(name, [&](UChar32 c, std::string_view bytes) {
    const bool divides = c == ':' || (c == ' ' && last != ' ' && last != ':');
    good = good && (IsPlain(c, "_-./+#%(){}") || divides) && !(c == ':' && last == ':');
    last = bytes.size() == 1 ? bytes[0] : 'x';
  });
  return good && last != ':' && name.front() != '(';
}

}  // namespace entrepot::ledger
