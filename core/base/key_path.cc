#include "core/base/key_path.h"

#include <fmt/core.h>

namespace entrepot {

std::string ChildPath(std::string_view path, std::string_view key) {
  const bool plain = !key.empty() && key.find_first_of(". []\"':\n\t") == std::string_view::npos;
  const std::string_view dot = path.empty() ? "" : ".";
  return plain ? fmt::format("{}{}{}", path, dot, key) : fmt::format("{}{}\"{}\"", path, dot, key);
}

std::string ElementPath(std::string_view path, size_t index) {
  return fmt::format("{}[{}]", path, index);
}

}  // namespace entrepot
