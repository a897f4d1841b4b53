// Fields of a kind as the file keeps them: by number, a byte each, since numbers outlive indices.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/kind.h"

namespace entrepot::store {

// `fields` are indices in the kind's descriptor.
std::string PackFields(domain::Kind kind, std::span<const int> fields);
// Numbers that the kind no longer has are left out.
std::vector<int> UnpackFields(domain::Kind kind, std::string_view packed);

}  // namespace entrepot::store
