// What the hub counts while it works, for whoever watches it. The parts tell of events through
// this; core/http turns them into metrics. Implementations are thread-safe, quick, and never fail.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace entrepot {

class Meters {
 public:
  virtual ~Meters() = default;

  // Rows of a dataset ("warehouse/stock") that a run has taken in since it last said so.
  struct Rows {
    uint64_t created = 0, changed = 0, unchanged = 0, deleted = 0;
    uint64_t parked = 0, dead = 0, recovered = 0;
  };
  virtual void RowsTaken(std::string_view dataset, const Rows& rows) = 0;
  // `ok`: to the end of what the source had.
  virtual void RunEnded(std::string_view dataset, bool ok, absl::Duration took) = 0;

  // What became of deliveries: "delivered", "retry", "unknown", "rejected".
  virtual void DeliveriesEnded(std::string_view connection, std::string_view outcome,
                               uint64_t count) = 0;

  // A call into a connector: "open", "check", "read", "apply", "find".
  virtual void ConnectorCalled(std::string_view connection, std::string_view call,
                               absl::StatusCode code, absl::Duration took) = 0;
  // A call of one of the hub's services: "PlaceOrder".
  virtual void MethodCalled(std::string_view method, absl::StatusCode code,
                            absl::Duration took) = 0;

  // For those who do not watch.
  static Meters& None();
};

}  // namespace entrepot
