// Durations as people write them: "50ms", "30s", "5m", "2h", "7d". Milliseconds, never negative.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entrepot::config {

// Nothing where `text` is no duration, or longer than ten thousand years.
std::optional<int64_t> ParseDuration(std::string_view text);
// The shortest form: "90s", "2h".
std::string DurationText(int64_t milliseconds);

}  // namespace entrepot::config
