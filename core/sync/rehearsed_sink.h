// One sink of a rehearsal: the dispatcher's own code, before a sink that only pretends.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/dispatcher.h"
#include "core/sync/pretended_sink.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Used by one thread.
class RehearsedSink {
 public:
  using EmitChange = std::function<void(const v1::PlannedChange&)>;
  // `options.store` is a copy; it and `plan` outlive this.
  RehearsedSink(const DispatcherOptions& options, const ConnectionPlan* plan,
                connector::Manifest manifest, EmitChange emit);

  // Errors of all: of the store.
  // First: shows deliveries whose answer was lost, and leaves them alone from then on.
  absl::Status Begin();
  // True: there may be more.
  absl::StatusOr<bool> Round();
  // Shows what waits for others, and how the sink ended.
  absl::StatusOr<v1::SinkProgress> End();

 private:
  absl::Status Show(const connector::ApplyRequest& request);
  absl::StatusOr<v1::PlannedChange> ChangeOf(const store::Reader& reader,
                                             const connector::ApplyItem& item) const;
  absl::StatusOr<uint64_t> RevisionThere(const store::Reader& reader,
                                         const connector::ApplyItem& item) const;
  absl::Status ShowDelivery(const store::Reader& reader, const store::Delivery& delivery,
                            v1::PlannedAction action, const std::string& reason) const;

  const DispatcherOptions options_;
  const ConnectionPlan* plan_;
  const EmitChange emit_;
  PretendedSinks sinks_;
  Dispatcher dispatcher_;
};

}  // namespace entrepot::sync
