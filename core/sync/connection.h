// One configured connection with all that runs for it: its links, its source, its dispatcher.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/snapshot.h"
#include "core/sync/dispatcher.h"
#include "core/sync/intake.h"
#include "core/sync/link.h"
#include "core/sync/plan.h"
#include "core/sync/source.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

struct Connection {
  const ConnectionPlan* plan = nullptr;
  std::shared_ptr<Link> link;       // for reading, and for all else but writing
  std::shared_ptr<Link> sink_link;  // for writing; the same unless it is source and sink
  std::string title;                // "csv 0.1.0"
  absl::Status described;           // an error: the connector cannot be used at all
  std::optional<Source> source;
  std::optional<Dispatcher> dispatcher;

  // Its running calls return soon, and no others begin.
  void Stop() const {
    link->Stop();
    sink_link->Stop();
  }
  void SetPaused(bool paused);
  // Errors of the store.
  absl::StatusOr<v1::ConnectionStatus> Status(const store::Reader& reader) const;
};

}  // namespace entrepot::sync
