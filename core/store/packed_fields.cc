#include "core/store/packed_fields.h"

namespace entrepot::store {

std::string PackFields(domain::Kind kind, std::span<const int> fields) {
  const auto* descriptor = domain::InfoOf(kind).descriptor;
  std::string packed;
  for (const int index : fields) {
    packed.push_back(static_cast<char>(descriptor->field(index)->number()));
  }
  return packed;
}

std::vector<int> UnpackFields(domain::Kind kind, std::string_view packed) {
  const auto* descriptor = domain::InfoOf(kind).descriptor;
  std::vector<int> fields;
  for (const char number : packed) {
    const auto* field = descriptor->FindFieldByNumber(static_cast<unsigned char>(number));
    if (field != nullptr) fields.push_back(field->index());
  }
  return fields;
}

}  // namespace entrepot::store
