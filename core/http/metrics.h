// The hub's metrics in Prometheus' text form: what the parts told of (Meters), and how things stand
// when it is asked. docs/operate.md lists them. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/meters.h"
#include "core/store/store.h"
#include "core/sync/scheduler.h"

namespace entrepot::http {

// Whose state is shown; all outlive those who show it.
struct Hub {
  const store::Store* store = nullptr;
  const sync::Scheduler* scheduler = nullptr;
  const Clock* clock = nullptr;
  absl::Time started_at;
  std::vector<std::string> reactions;  // readers of the log beside the sinks
};

class Metrics final : public Meters {
 public:
  Metrics();
  ~Metrics() override;

  void RowsTaken(std::string_view dataset, const Rows& rows) override;
  void RunEnded(std::string_view dataset, bool ok, absl::Duration took) override;
  void DeliveriesEnded(std::string_view connection, std::string_view outcome,
                       uint64_t count) override;
  void ConnectorCalled(std::string_view connection, std::string_view call, absl::StatusCode code,
                       absl::Duration took) override;
  void MethodCalled(std::string_view method, absl::StatusCode code, absl::Duration took) override;

  // Errors of the store.
  absl::StatusOr<std::string> Text(const Hub& hub) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::http
