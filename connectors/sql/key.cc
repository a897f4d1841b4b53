#include "key.h"

namespace entrepot::sql {

std::string JoinKey(const std::vector<std::string>& parts) {
  if (parts.size() == 1) return parts[0];
  std::string id;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) id += '/';
    for (const char c : parts[i]) {
      if (c == '/' || c == '\\') id += '\\';
      id += c;
    }
  }
  return id;
}

std::optional<std::vector<std::string>> SplitKey(std::string_view outside_id, size_t parts) {
  if (parts == 1) return std::vector<std::string>{std::string(outside_id)};
  std::vector<std::string> key(1);
  for (size_t i = 0; i < outside_id.size(); ++i) {
    if (outside_id[i] == '/') {
      key.emplace_back();
      continue;
    }
    if (outside_id[i] == '\\' && i + 1 < outside_id.size()) ++i;
    key.back() += outside_id[i];
  }
  if (key.size() != parts) return std::nullopt;
  return key;
}

}  // namespace entrepot::sql
