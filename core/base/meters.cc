#include "core/base/meters.h"

namespace entrepot {
namespace {

class NoMeters final : public Meters {
 public:
  void RowsTaken(std::string_view, const Rows&) override {}
  void RunEnded(std::string_view, bool, absl::Duration) override {}
  void DeliveriesEnded(std::string_view, std::string_view, uint64_t) override {}
  void ConnectorCalled(std::string_view, std::string_view, absl::StatusCode,
                       absl::Duration) override {}
  void MethodCalled(std::string_view, absl::StatusCode, absl::Duration) override {}
};

}  // namespace

Meters& Meters::None() {
  static NoMeters none;
  return none;
}

}  // namespace entrepot
