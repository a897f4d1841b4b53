// Paths of keys in the configuration, as errors show them: `connections.shop.datasets[2].kind`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace entrepot {

// The path of `key` below `path`; keys that are no plain words are quoted.
std::string ChildPath(std::string_view path, std::string_view key);
// The path of an element of the list at `path`, counted from 0.
std::string ElementPath(std::string_view path, size_t index);

}  // namespace entrepot
