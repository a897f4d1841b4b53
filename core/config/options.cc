#include "core/config/options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "core/base/absl_view.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/config/duration.h"
#include "core/mapping/text.h"

namespace entrepot::config {
namespace {

using connector::v1::OptionSpec;

absl::Status Missing(const std::string& message) {
  return Failure(absl::StatusCode::kFailedPrecondition, "SECRET_MISSING", message);
}

absl::Status Wrong(const OptionSpec& spec, std::string_view value, std::string_view expected) {
  const std::string shown = spec.secret() ? "the value" : mapping::Quoted(value);
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_OPTION",
                 fmt::format("{} is not {}", shown, expected));
}

bool IsInteger(std::string_view value) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size();
}

std::optional<bool> Boolean(std::string_view value) {
  const std::string lower = absl::AsciiStrToLower(AbslView(value));
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "0") return false;
  return std::nullopt;
}

}  // namespace

bool IsByReference(const v1::OptionText& option) {
  return !option.env().empty() || !option.file().empty();
}

absl::StatusOr<Secret> Resolve(const v1::OptionText& option) {
  if (!option.env().empty()) {
    const char* value = std::getenv(option.env().c_str());
    if (value != nullptr) return Secret(value);
    return Missing(fmt::format("the environment variable {} is not set", option.env()));
  }
  if (option.file().empty()) return Secret(option.value());
  std::ifstream file(option.file(), std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Missing(fmt::format("the file {} cannot be read, or is empty", option.file()));
  }
  std::string value = text.str();
  if (!value.empty() && value.back() == '\n') value.pop_back();
  if (!value.empty() && value.back() == '\r') value.pop_back();
  return Secret(std::move(value));
}

absl::StatusOr<std::string> ConvertOption(const OptionSpec& spec, std::string_view value,
                                          std::string_view folder) {
  switch (spec.type()) {
    case connector::v1::OPTION_TYPE_INTEGER:
      if (!IsInteger(value)) return Wrong(spec, value, "a whole number");
      return std::string(value);
    case connector::v1::OPTION_TYPE_BOOLEAN: {
      const std::optional<bool> yes = Boolean(value);
      if (!yes) return Wrong(spec, value, "true or false");
      return *yes ? "true" : "false";
    }
    case connector::v1::OPTION_TYPE_CHOICE: {
      const std::vector<std::string> choices(spec.choices().begin(), spec.choices().end());
      if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
        return std::string(value);
      }
      return Wrong(
          spec, value,
          fmt::format("one of {}{}", absl::StrJoin(choices, ", "), DidYouMean(value, choices)));
    }
    case connector::v1::OPTION_TYPE_PATH:
      if (value.empty()) return Wrong(spec, value, "a path");
      return (std::filesystem::path(folder) / value).lexically_normal().string();
    case connector::v1::OPTION_TYPE_DURATION: {
      const std::optional<int64_t> milliseconds = ParseDuration(value);
      if (!milliseconds) return Wrong(spec, value, "a duration like 500ms, 30s, 5m, 2h or 7d");
      return std::to_string(*milliseconds);
    }
    default: return std::string(value);
  }
}

}  // namespace entrepot::config
