// What the parts of the scheduler share: scheduler.cc and scheduler_plans.cc, nobody else.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/connection.h"
#include "core/sync/replay.h"
#include "core/sync/scheduler.h"
#include "core/sync/sink_watch.h"
#include "core/sync/waiters.h"
#include "core/sync/workers.h"

namespace entrepot::sync {

inline constexpr absl::Duration kLook = absl::Milliseconds(100);

// What all connections use; threads that are left behind keep it alive.
struct Core {
  Core(const SchedulerOptions& options, std::vector<ConnectionPlan> plans,
       const mapping::Environment& environment)
      : environment(environment),
        plan(std::move(plans)),
        intake_options{options.store, &options.config->limits(), environment, options.meters},
        intake(intake_options),
        replay(intake_options, &plan) {}

  const mapping::Environment environment;
  std::vector<ConnectionPlan> plan;
  std::shared_ptr<Watchdog> watchdog = std::make_shared<Watchdog>();
  const IntakeOptions intake_options;
  Intake intake;
  Replay replay;
  std::vector<Connection> connections;  // in order of plan
};

struct Scheduler::Impl {
  explicit Impl(const SchedulerOptions& given) : options(given) {}

  void MakeConnections();
  void MakeConnection(ConnectionPlan* plan, Connection* connection);
  absl::StatusOr<Connection*> Find(const std::string& name);
  absl::StatusOr<v1::ConnectionStatus> SetPaused(const std::string& name, std::string_view by,
                                                 bool paused);
  absl::Status LoadPauses();
  std::shared_ptr<Link> MakeLink(const ConnectionPlan& plan, Meters* meters) const;
  // Of these names, in their order; where there are none, all that are not paused. NOT_FOUND
  // (CONNECTION_NOT_FOUND), FAILED_PRECONDITION (CONNECTION_PAUSED, unless `paused_too`).
  using Names = google::protobuf::RepeatedPtrField<std::string>;
  absl::StatusOr<std::vector<Connection*>> Choose(const Names& asked, bool paused_too);
  absl::StatusOr<std::vector<Connection*>> ReserveSources(const std::vector<Connection*>& chosen);
  absl::StatusOr<v1::PlanBasis> Rehearse(const v1::PlanRequest& request,
                                         const Rehearsal::Emit& emit, std::stop_token cancelled);
  // As Sync of a request with a plan.
  absl::Status ApplyPlan(const v1::PlanBasis& planned, const Progress& progress,
                         std::stop_token cancelled);
  // Sources turn by turn, those of one turn at once; then the sinks.
  absl::Status Sync(const std::vector<Connection*>& chosen,
                    const std::vector<std::vector<Connection*>>& turns,
                    const v1::SyncRequest& request, const Progress& progress,
                    std::stop_token cancelled);
  absl::Status SyncSources(const std::vector<Connection*>& chosen, const v1::SyncRequest& request,
                           const Progress& progress, std::stop_token cancelled);
  absl::Status SyncSinks(std::vector<std::pair<Connection*, SinkWatch>>* watches,
                         const Progress& progress, std::stop_token cancelled);
  absl::Status CheckGoing(const std::stop_token& cancelled) const;
  // All rows of a source, for the repair of what was missed.
  absl::Status ReadAgain(Connection* connection, std::stop_token cancelled);

  const SchedulerOptions options;
  std::shared_ptr<Core> core;
  std::unique_ptr<Waiters> waiters;
  std::mutex pause_mutex;
  std::mutex sync_mutex;  // sources of one Sync are reserved together
  std::mutex stop_mutex;
  std::atomic<bool> stopped = false;
  Workers workers;
};

}  // namespace entrepot::sync
