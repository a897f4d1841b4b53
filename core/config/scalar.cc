#include "core/config/scalar.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "core/base/absl_view.h"
#include "core/base/nearest.h"
#include "core/config/duration.h"
#include "core/mapping/enum_names.h"
#include "core/mapping/text.h"
#include "entrepot/config/v1/options.pb.h"
#include "google/protobuf/duration.pb.h"

namespace entrepot::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const v1::Rule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule);
}

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

int64_t MinimumOf(const FieldDescriptor& field) {
  if (RuleOf(field).has_minimum()) return RuleOf(field).minimum();
  if (IsDuration(field)) return 0;
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? std::numeric_limits<int32_t>::min()
                                                            : std::numeric_limits<int64_t>::min();
}

int64_t MaximumOf(const FieldDescriptor& field) {
  if (RuleOf(field).has_maximum()) return RuleOf(field).maximum();
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? std::numeric_limits<int32_t>::max()
                                                            : std::numeric_limits<int64_t>::max();
}

// " from 1 to 10", " from 1", " up to 10" or nothing.
std::string Bounds(const FieldDescriptor& field) {
  const auto text = [&field](int64_t bound) {
    return IsDuration(field) ? DurationText(bound) : std::to_string(bound);
  };
  const v1::Rule& rule = RuleOf(field);
  if (rule.has_minimum() && rule.has_maximum()) {
    return fmt::format(" from {} to {}", text(rule.minimum()), text(rule.maximum()));
  }
  if (rule.has_minimum()) return fmt::format(" from {}", text(rule.minimum()));
  return rule.has_maximum() ? fmt::format(" up to {}", text(rule.maximum())) : std::string();
}

std::string Wrong(std::string_view text, const FieldDescriptor& field) {
  return fmt::format("{} is not {}", mapping::Quoted(text), DescribeScalar(field));
}

bool InBounds(int64_t value, const FieldDescriptor& field) {
  return value >= MinimumOf(field) && value <= MaximumOf(field);
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> ParseBoolean(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(AbslView(text));
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::string SetText(std::string_view text, const FieldDescriptor& field, std::string_view folder,
                    Message* message) {
  const v1::Rule& rule = RuleOf(field);
  const std::vector<std::string> choices(rule.choices().begin(), rule.choices().end());
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    return fmt::format("{} is not one of {}{}", mapping::Quoted(text), absl::StrJoin(choices, ", "),
                       DidYouMean(text, choices));
  }
  std::string value(text);
  if (rule.path() && !value.empty()) {
    value = (std::filesystem::path(folder) / value).lexically_normal().string();
  }
  if (field.is_repeated()) {
    message->GetReflection()->AddString(message, &field, std::move(value));
  } else {
    message->GetReflection()->SetString(message, &field, std::move(value));
  }
  return {};
}

std::string SetInteger(std::string_view text, const FieldDescriptor& field, Message* message) {
  const std::optional<int64_t> value = ParseInteger(text);
  if (!value || !InBounds(*value, field)) return Wrong(text, field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    message->GetReflection()->SetInt32(message, &field, static_cast<int32_t>(*value));
  } else {
    message->GetReflection()->SetInt64(message, &field, *value);
  }
  return {};
}

std::string SetBoolean(std::string_view text, const FieldDescriptor& field, Message* message) {
  const std::optional<bool> value = ParseBoolean(text);
  if (!value) return Wrong(text, field);
  message->GetReflection()->SetBool(message, &field, *value);
  return {};
}

std::string SetEnumeration(std::string_view text, const FieldDescriptor& field, Message* message) {
  const mapping::EnumNames names(*field.enum_type());
  const std::optional<int> number = names.NumberOf(text);
  if (!number) return fmt::format("{} {}", mapping::Quoted(text), names.Unknown(text));
  message->GetReflection()->SetEnumValue(message, &field, *number);
  return {};
}

std::string SetDuration(std::string_view text, const FieldDescriptor& field, Message* message) {
  const std::optional<int64_t> milliseconds = ParseDuration(text);
  if (!milliseconds || !InBounds(*milliseconds, field)) return Wrong(text, field);
  auto* duration = static_cast<google::protobuf::Duration*>(
      message->GetReflection()->MutableMessage(message, &field));
  duration->set_seconds(*milliseconds / 1000);
  duration->set_nanos(static_cast<int32_t>(*milliseconds % 1000 * 1'000'000));
  return {};
}

}  // namespace

bool IsScalar(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsDuration(field);
}

std::string SetScalar(std::string_view text, const FieldDescriptor& field, std::string_view folder,
                      Message* message) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: return SetText(text, field, folder, message);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64: return SetInteger(text, field, message);
    case FieldDescriptor::CPPTYPE_BOOL: return SetBoolean(text, field, message);
    case FieldDescriptor::CPPTYPE_ENUM: return SetEnumeration(text, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE: return SetDuration(text, field, message);
    default: return "has a type that the configuration does not know";
  }
}

std::string DescribeScalar(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64: return "a whole number" + Bounds(field);
    case FieldDescriptor::CPPTYPE_BOOL: return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "one of " + absl::StrJoin(mapping::EnumNames(*field.enum_type()).names(), ", ");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a duration" + Bounds(field) + ", like 500ms, 30s, 5m, 2h or 7d";
    default: return "a text";
  }
}

}  // namespace entrepot::config
