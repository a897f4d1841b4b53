#include "core/config/positions.h"

namespace entrepot::config {

Position Positions::Find(std::string_view path, Position Place::*what) const {
  // What is missing is shown at the key that should hold it.
  for (bool exact = true;; exact = false) {
    const auto found = places_.find(AbslView(path));
    if (found != places_.end()) return exact ? found->second.*what : found->second.key;
    const size_t end = path.find_last_of(".[");
    if (path.empty()) return {};
    path = end == std::string_view::npos ? std::string_view() : path.substr(0, end);
  }
}

}  // namespace entrepot::config
