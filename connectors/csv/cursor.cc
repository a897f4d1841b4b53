#include "cursor.h"

#include <charconv>

#include "entrepot/sdk/error.h"

namespace entrepot::csv {
namespace {

constexpr std::string_view kVersion = "1";
// Texts of an earlier version end with two more numbers, which nobody needs.
constexpr size_t kValues = 7;
constexpr size_t kValuesMax = 9;

}  // namespace

std::string Cursor::Encode() const {
  std::string text(kVersion);
  for (const uint64_t value :
       {uint64_t{replay}, number, uint64_t{ended}, uint64_t{snapshot}, offset, line, size}) {
    text += ' ' + std::to_string(value);
  }
  return text;
}

Cursor Cursor::Decode(std::string_view text) {
  if (text.empty()) return {};
  const auto fail = [&] {
    return sdk::BadData("the cursor '" + std::string(text.substr(0, 200)) +
                        "' was not made by this version of the csv connector; read the dataset "
                        "again in full");
  };
  uint64_t values[kValuesMax] = {};
  if (text.substr(0, kVersion.size()) != kVersion) throw fail();
  const char* at = text.data() + kVersion.size();
  const char* const end = text.data() + text.size();
  size_t count = 0;
  for (; at != end && count < kValuesMax; ++count) {
    if (*at != ' ') throw fail();
    const auto [stop, code] = std::from_chars(at + 1, end, values[count]);
    if (code != std::errc()) throw fail();
    at = stop;
  }
  if (at != end || (count != kValues && count != kValuesMax) || values[0] > 1 || values[2] > 1 ||
      values[3] > 1)
    throw fail();
  return {.replay = values[0] == 1,
          .number = values[1],
          .ended = values[2] == 1,
          .snapshot = values[3] == 1,
          .offset = values[4],
          .line = values[5],
          .size = values[6]};
}

}  // namespace entrepot::csv
