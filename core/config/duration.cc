#include "core/config/duration.h"

#include <fmt/core.h>

#include <charconv>

namespace entrepot::config {
namespace {

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};

// Longest first, so that the text is as short as can be.
constexpr Unit kUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr int64_t kMax = int64_t{10'000} * 366 * 86'400'000;

}  // namespace

std::optional<int64_t> ParseDuration(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  const std::string_view name = text.substr(end - text.data());
  if (name.empty() && count == 0) return 0;
  for (const Unit& unit : kUnits) {
    if (name != unit.name) continue;
    if (count > kMax / unit.milliseconds) return std::nullopt;
    return count * unit.milliseconds;
  }
  return std::nullopt;
}

std::string DurationText(int64_t milliseconds) {
  if (milliseconds == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (milliseconds % unit.milliseconds == 0) {
      return fmt::format("{}{}", milliseconds / unit.milliseconds, unit.name);
    }
  }
  return {};
}

}  // namespace entrepot::config
