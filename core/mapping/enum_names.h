// Names of an enumeration's values as people write them: without the prefix that protobuf asks for,
// in lower case ("PRODUCT_RELATION_TYPE_SUBSTITUTE" is "substitute").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace entrepot::mapping {

// In the order of the declaration, without the "unspecified" one, which is no value.
class EnumNames {
 public:
  explicit EnumNames(const google::protobuf::EnumDescriptor& type);

  const std::vector<std::string>& names() const { return names_; }
  // nullptr where no value has this number.
  const std::string* NameOf(int number) const;
  // Case does not count; nothing where the name is not known.
  std::optional<int> NumberOf(std::string_view name) const;
  // `is not one of expected, on_hold; did you mean "expected"?`: the end of a sentence.
  std::string Unknown(std::string_view name) const;

 private:
  std::vector<std::string> names_;
  std::vector<int> numbers_;
};

}  // namespace entrepot::mapping
