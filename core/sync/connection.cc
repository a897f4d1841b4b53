#include "core/sync/connection.h"

#include <fmt/core.h>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/sync/pause.h"
#include "core/sync/progress.h"

namespace entrepot::sync {
namespace {

struct Shown {
  v1::ConnectionState state = v1::CONNECTION_STATE_IDLE;
  std::string error;
};

// The worst of what its source and its dispatcher say.
Shown StateOf(const Connection& connection) {
  if (!connection.described.ok()) {
    return {v1::CONNECTION_STATE_FAILED, std::string(StdView(connection.described.message()))};
  }
  Source::State source;
  if (connection.source) source = connection.source->state();
  Dispatcher::State sink;
  if (connection.dispatcher) sink = connection.dispatcher->state();
  Shown shown;
  shown.error = !source.error.empty() ? source.error : sink.error;
  if (connection.link->hanging() || connection.sink_link->hanging()) {
    shown.state = v1::CONNECTION_STATE_FAILED;
    shown.error = fmt::format(
        "connection \"{}\": the connector does not return from a call, "
        "although it was interrupted; restart the hub",
        connection.plan->name);
  } else if (source.failed) {
    shown.state = v1::CONNECTION_STATE_FAILED;
  } else if (source.backing_off || sink.pausing) {
    shown.state = v1::CONNECTION_STATE_BACKING_OFF;
  } else if (source.running || (sink.rounds > 0 && !sink.idle)) {
    shown.state = v1::CONNECTION_STATE_RUNNING;
  }
  return shown;
}

}  // namespace

void Connection::SetPaused(bool paused) {
  if (source) source->SetPaused(paused);
  if (dispatcher) dispatcher->SetPaused(paused);
}

absl::StatusOr<v1::ConnectionStatus> Connection::Status(const store::Reader& reader) const {
  v1::ConnectionStatus status;
  status.set_name(plan->name);
  status.set_connector(title);
  const Shown shown = StateOf(*this);
  status.set_state(shown.state);
  status.set_error(shown.error);
  ASSIGN_OR_RETURN(const auto pause, PauseOf(reader, plan->name));
  if (pause) {
    status.set_state(v1::CONNECTION_STATE_PAUSED);
    status.set_paused_by(pause->by);
    *status.mutable_paused_at() = ToProto(pause->at);
  }
  for (const DatasetPlan& dataset : plan->datasets) {
    v1::DatasetStatus* shown_dataset = status.add_datasets();
    shown_dataset->set_name(dataset.name);
    shown_dataset->set_kind(dataset.kind->name);
    ASSIGN_OR_RETURN(const auto runs,
                     reader.ListRuns(dataset.path, {.limit = 1, .newest_first = true}));
    if (!runs.empty()) *shown_dataset->mutable_last_run() = ToProto(runs.front());
  }
  if (!dispatcher) return status;
  ASSIGN_OR_RETURN(const auto counts, reader.CountDeliveries(plan->name));
  for (const auto& [state, count] : counts) {
    v1::DeliveryCount* shown_count = status.add_deliveries();
    shown_count->set_state(ToProto(state));
    shown_count->set_count(count);
  }
  return status;
}

}  // namespace entrepot::sync
