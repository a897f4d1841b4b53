#include "core/mapping/enum_names.h"

#include <fmt/core.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "core/base/absl_view.h"
#include "core/base/nearest.h"

namespace entrepot::mapping {
namespace {

// All that the values' names share, up to the last "_".
std::string PrefixOf(const google::protobuf::EnumDescriptor& type) {
  std::string prefix = type.value(0)->name();
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string& name = type.value(i)->name();
    const size_t length = std::min(prefix.size(), name.size());
    prefix.resize(length);
    const auto differs = std::mismatch(prefix.begin(), prefix.end(), name.begin());
    prefix.erase(differs.first, prefix.end());
  }
  return prefix.substr(0, prefix.rfind('_') + 1);
}

}  // namespace

EnumNames::EnumNames(const google::protobuf::EnumDescriptor& type) {
  const size_t prefix = PrefixOf(type).size();
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names_.push_back(absl::AsciiStrToLower(AbslView(type.value(i)->name()).substr(prefix)));
    numbers_.push_back(type.value(i)->number());
  }
}

std::optional<int> EnumNames::NumberOf(std::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (absl::EqualsIgnoreCase(names_[i], AbslView(name))) return numbers_[i];
  }
  return std::nullopt;
}

std::string EnumNames::Unknown(std::string_view name) const {
  return fmt::format("is not one of {}{}", absl::StrJoin(names_, ", "), DidYouMean(name, names_));
}

}  // namespace entrepot::mapping
