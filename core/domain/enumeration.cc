#include "core/domain/enumeration.h"

#include "absl/strings/ascii.h"
#include "core/base/absl_view.h"

namespace entrepot::domain {

// The value 0 of every enumeration is called "…_UNSPECIFIED" (buf lint sees to it).
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type) {
  const std::string_view unspecified = "UNSPECIFIED";
  const std::string& zero = type.value(0)->name();
  const bool prefixed = std::string_view(zero).ends_with(unspecified);
  return prefixed ? zero.substr(0, zero.size() - unspecified.size()) : "";
}

std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  return absl::AsciiStrToLower(value.name().substr(EnumPrefix(*value.type()).size()));
}

const google::protobuf::EnumValueDescriptor* FindEnumWord(
    const google::protobuf::EnumDescriptor& type, std::string_view word) {
  return type.FindValueByName(EnumPrefix(type) + absl::AsciiStrToUpper(AbslView(word)));
}

}  // namespace entrepot::domain
