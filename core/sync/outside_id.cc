#include "core/sync/outside_id.h"

#include "core/base/status_macros.h"

namespace entrepot::sync {

absl::StatusOr<std::string> OutsideIdOf(const store::Reader& reader, std::string_view connection,
                                        uint64_t record_id) {
  ASSIGN_OR_RETURN(const auto bindings, reader.BindingsOf(record_id));
  for (const auto& [bound, outside_id] : bindings) {
    if (bound == connection) return outside_id;
  }
  return std::string();
}

}  // namespace entrepot::sync
