#include "core/mapping/enum_names.h"

#include <fmt/core.h>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "core/base/absl_view.h"
#include "core/base/nearest.h"
#include "core/domain/enumeration.h"

namespace entrepot::mapping {

EnumNames::EnumNames(const google::protobuf::EnumDescriptor& type) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names_.push_back(domain::EnumWord(*type.value(i)));
    numbers_.push_back(type.value(i)->number());
  }
}

const std::string* EnumNames::NameOf(int number) const {
  for (size_t i = 0; i < numbers_.size(); ++i) {
    if (numbers_[i] == number) return &names_[i];
  }
  return nullptr;
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
