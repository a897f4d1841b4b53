// The values of the contracts' enumerations as people write them: "substitute" for
// PRODUCT_RELATION_TYPE_SUBSTITUTE. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace entrepot::domain {

// What the names of a type's values start with: "PRODUCT_RELATION_TYPE_".
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type);
// "substitute".
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);
// The value of a word, in whatever case; nullptr: there is none.
const google::protobuf::EnumValueDescriptor* FindEnumWord(
    const google::protobuf::EnumDescriptor& type, std::string_view word);

}  // namespace entrepot::domain
