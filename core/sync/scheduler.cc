#include "core/sync/scheduler.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/log.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/pause.h"
#include "core/sync/progress.h"
#include "core/sync/scheduler_impl.h"

namespace entrepot::sync {
namespace {

constexpr int kRunsLookedAt = 1000;
// A caller that gives up does not wait longer for the runs it began.
constexpr absl::Duration kCancelTimeMax = absl::Seconds(5);

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Runs that a hub left open when it was killed would look as if they still ran.
absl::Status CloseOpenRuns(store::Store* store) {
  std::vector<store::Run> open;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store->Read());
    ASSIGN_OR_RETURN(open, snapshot->ListRuns("", {.limit = kRunsLookedAt, .newest_first = true}));
  }
  std::erase_if(open, [](const store::Run& run) { return run.ended_at.has_value(); });
  if (open.empty()) return absl::OkStatus();
  return store->Write([&](store::Transaction& tx) -> absl::Status {
    for (store::Run run : open) {
      run.ended_at = tx.now();
      run.error = "the hub stopped during this run; the next one goes on from its last commit";
      RETURN_IF_ERROR(tx.SaveRun(run).status());
    }
    return absl::OkStatus();
  });
}

}  // namespace

Scheduler::Scheduler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Scheduler::~Scheduler() { Stop(); }

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Make(const SchedulerOptions& options) {
  ASSIGN_OR_RETURN(std::vector<ConnectionPlan> plans,
                   MakePlan(*options.config, options.authority, options.matches));
  mapping::Environment environment{.currency = options.config->hub().currency()};
  const std::string& zone = options.config->hub().time_zone();
  if (!absl::LoadTimeZone(AbslView(zone), &environment.time_zone)) {
    return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_TIME_ZONE",
                   fmt::format("hub.time_zone: \"{}\" is no time zone of the IANA data base that "
                               "is installed here; write it like Europe/Moscow",
                               zone));
  }
  auto impl = std::make_unique<Impl>(options);
  impl->core = std::make_shared<Core>(options, std::move(plans), environment);
  impl->MakeConnections();
  impl->waiters = std::make_unique<Waiters>(options.store, &impl->core->replay);
  return std::unique_ptr<Scheduler>(new Scheduler(std::move(impl)));
}

void Scheduler::Impl::MakeConnections() {
  core->connections = std::vector<Connection>(core->plan.size());
  for (size_t i = 0; i < core->plan.size(); ++i) {
    MakeConnection(&core->plan[i], &core->connections[i]);
  }
}

std::shared_ptr<Link> Scheduler::Impl::MakeLink(const ConnectionPlan& plan, Meters* meters) const {
  return std::make_shared<Link>(
      plan.name, plan.config->connector(),
      Link::Options{.connectors = options.connectors,
                    .watchdog = core->watchdog,
                    .call_time_max = DurationOf(options.config->limits().connector_call_time_max()),
                    .meters = meters,
                    .make_open_request = options.make_open_request});
}

void Scheduler::Impl::MakeConnection(ConnectionPlan* plan, Connection* connection) {
  const config::v1::Limits& limits = options.config->limits();
  connection->plan = plan;
  connection->title = plan->config->connector();
  connection->link = connection->sink_link = MakeLink(*plan, options.meters);
  const auto manifest = connection->link->Describe();
  connection->described = manifest.status();
  if (!manifest.ok()) {
    log::Error("a connection cannot be used",
               {{"connection", plan->name}, {"error", manifest.status()}});
    return;
  }
  connection->title = fmt::format("{} {}", manifest->id(), manifest->version());
  AssignRoles(*manifest, plan);
  if (plan->source() && plan->sink()) connection->sink_link = MakeLink(*plan, options.meters);
  for (const DatasetPlan& dataset : plan->datasets) {
    if (options.authority == nullptr || !dataset.sink) continue;
    options.authority->NoteSink(plan->name, dataset.kind->kind);
  }
  if (plan->source()) {
    connection->source.emplace(&core->intake, &core->replay, options.store, plan, connection->link,
                               Source::Options{.interval = DurationOf(plan->config->interval()),
                                               .waits = manifest->waits()});
  }
  if (plan->sink()) {
    connection->dispatcher.emplace(
        DispatcherOptions{.store = options.store,
                          .clock = options.clock,
                          .limits = &limits,
                          .environment = core->environment,
                          .meters = options.meters,
                          .apply_records_max = plan->config->apply_records_max(),
                          .calls_per_minute_max = plan->config->apply_calls_per_minute_max()},
        plan, connection->sink_link);
  }
}

void Scheduler::Start() {
  // Plans of a hub that was killed.
  std::error_code ignored;
  if (!impl_->options.config->hub().data_folder().empty()) {
    std::filesystem::remove_all(PlansFolder(*impl_->options.config), ignored);
  }
  if (const absl::Status closed = CloseOpenRuns(impl_->options.store); !closed.ok()) {
    log::Error("runs that a stopped hub left open stay so", {{"error", closed}});
  }
  if (const absl::Status loaded = impl_->LoadPauses(); !loaded.ok()) {
    log::Error("which connections are paused cannot be read; none is started", {{"error", loaded}});
    return;
  }
  for (Connection& connection : impl_->core->connections) {
    const std::string& name = connection.plan->name;
    if (connection.source) {
      impl_->workers.Start(name, [core = impl_->core, &connection](std::stop_token stop) {
        connection.source->Run(std::move(stop));
      });
    }
    if (connection.dispatcher) {
      impl_->workers.Start(name, [core = impl_->core, &connection](std::stop_token stop) {
        connection.dispatcher->Run(std::move(stop));
      });
    }
  }
  impl_->workers.Start("parked rows", [core = impl_->core, waiters = impl_->waiters.get()](
                                          std::stop_token stop) { waiters->Run(std::move(stop)); });
}

void Scheduler::Stop() {
  std::lock_guard lock(impl_->stop_mutex);
  impl_->stopped = true;
  const auto left = impl_->workers.End(impl_->options.stop_time_max, [this] {
    for (Connection& connection : impl_->core->connections) connection.Stop();
  });
  for (Connection& connection : impl_->core->connections) {
    connection.Stop();
    if (std::find(left.begin(), left.end(), connection.plan->name) == left.end()) continue;
    connection.link->Abandon();
    connection.sink_link->Abandon();
    log::Error("a connector does not return from an interrupted call; it is left behind",
               {{"connection", connection.plan->name}});
  }
}

absl::StatusOr<Connection*> Scheduler::Impl::Find(const std::string& name) {
  std::vector<std::string_view> names;
  for (const ConnectionPlan& plan : core->plan) names.push_back(plan.name);
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    return Failure(
        absl::StatusCode::kNotFound, "CONNECTION_NOT_FOUND",
        fmt::format("the configuration has no connection \"{}\"{}", name, DidYouMean(name, names)));
  }
  return &core->connections[at - names.begin()];
}

absl::StatusOr<std::vector<Connection*>> Scheduler::Impl::Choose(const Names& asked,
                                                                 bool paused_too) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options.store->Read());
  std::vector<Connection*> chosen;
  if (asked.empty()) {
    for (Connection& connection : core->connections) {
      ASSIGN_OR_RETURN(const auto pause, PauseOf(*snapshot, connection.plan->name));
      if (!pause) chosen.push_back(&connection);
    }
    return chosen;
  }
  for (const std::string& name : asked) {
    ASSIGN_OR_RETURN(Connection * connection, Find(name));
    ASSIGN_OR_RETURN(const auto pause, PauseOf(*snapshot, name));
    if (pause && !paused_too) {
      return Failure(absl::StatusCode::kFailedPrecondition, "CONNECTION_PAUSED",
                     fmt::format("connection \"{}\" was paused by {}; resume it with `entrepot "
                                 "connections resume {}`",
                                 name, pause->by, name));
    }
    const bool twice = std::find(chosen.begin(), chosen.end(), connection) != chosen.end();
    if (!twice) chosen.push_back(connection);
  }
  return chosen;
}

absl::StatusOr<v1::ConnectionStatus> Scheduler::Impl::SetPaused(const std::string& name,
                                                                std::string_view by, bool paused) {
  ASSIGN_OR_RETURN(Connection * connection, Find(name));
  std::lock_guard lock(pause_mutex);  // the store and the connection say the same
  RETURN_IF_ERROR(options.store->Write([&](store::Transaction& tx) {
    return paused ? SetPause(tx, name, by) : EndPause(tx, name);
  }));
  connection->SetPaused(paused);
  log::Info(paused ? "a connection is paused" : "a connection is resumed",
            {{"connection", name}, {"by", by}});
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options.store->Read());
  return connection->Status(*snapshot);
}

absl::StatusOr<v1::ConnectionStatus> Scheduler::Pause(const std::string& connection,
                                                      std::string_view by) {
  return impl_->SetPaused(connection, by, true);
}

absl::StatusOr<v1::ConnectionStatus> Scheduler::Resume(const std::string& connection,
                                                       std::string_view by) {
  return impl_->SetPaused(connection, by, false);
}

// Those that a person had paused stay so. Where that cannot be told nothing is started.
absl::Status Scheduler::Impl::LoadPauses() {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options.store->Read());
  for (Connection& connection : core->connections) {
    ASSIGN_OR_RETURN(const auto pause, PauseOf(*snapshot, connection.plan->name));
    connection.SetPaused(pause.has_value());
  }
  return absl::OkStatus();
}

absl::Status Scheduler::Impl::CheckGoing(const std::stop_token& cancelled) const {
  if (cancelled.stop_requested()) {
    return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                   "interrupted; the next run goes on from the last commit");
  }
  if (!stopped) return absl::OkStatus();
  return Failure(absl::StatusCode::kCancelled, "SHUTTING_DOWN", "the hub is shutting down");
}

absl::Status Scheduler::Sync(const v1::SyncRequest& request, const Progress& progress,
                             std::stop_token cancelled) {
  if (request.has_plan()) return impl_->ApplyPlan(request.plan(), progress, std::move(cancelled));
  ASSIGN_OR_RETURN(const std::vector<Connection*> chosen,
                   impl_->Choose(request.connections(), false));
  return impl_->Sync(chosen, {chosen}, request, progress, std::move(cancelled));
}

absl::Status Scheduler::Impl::Sync(const std::vector<Connection*>& chosen,
                                   const std::vector<std::vector<Connection*>>& turns,
                                   const v1::SyncRequest& request, const Progress& progress,
                                   std::stop_token cancelled) {
  std::vector<std::pair<Connection*, SinkWatch>> watches;
  for (Connection* connection : chosen) {
    if (connection->dispatcher) watches.emplace_back(connection, &*connection->dispatcher);
    if (connection->described.ok()) continue;
    v1::SyncResponse event;
    event.mutable_sink()->set_connection(connection->plan->name);
    event.mutable_sink()->set_done(true);
    event.mutable_sink()->set_error(std::string(StdView(connection->described.message())));
    progress(event);
  }
  for (const auto& turn : turns) {
    RETURN_IF_ERROR(SyncSources(turn, request, progress, cancelled));
  }
  return SyncSinks(&watches, progress, cancelled);
}

absl::StatusOr<std::vector<Connection*>> Scheduler::Impl::ReserveSources(
    const std::vector<Connection*>& chosen) {
  std::vector<Connection*> sources;
  std::lock_guard lock(sync_mutex);
  for (Connection* connection : chosen) {
    if (!connection->source) continue;
    if (!connection->source->Reserve()) {
      for (Connection* reserved : sources) reserved->source->Release();
      return Failure(absl::StatusCode::kAborted, "ALREADY_RUNNING",
                     fmt::format("connection \"{}\" is being read just now: try again when that "
                                 "run has ended",
                                 connection->plan->name));
    }
    sources.push_back(connection);
  }
  return sources;
}

absl::Status Scheduler::Impl::SyncSources(const std::vector<Connection*>& chosen,
                                          const v1::SyncRequest& request, const Progress& progress,
                                          std::stop_token cancelled) {
  ASSIGN_OR_RETURN(const std::vector<Connection*> sources, ReserveSources(chosen));
  // Shared with runs that outlast a caller who gave up.
  const auto events = std::make_shared<Events>(static_cast<int>(sources.size()));
  std::stop_source stop;
  const std::stop_callback pass_on(cancelled, [&] { stop.request_stop(); });
  for (Connection* connection : sources) {
    connection->source->Submit(
        {.intake = {.full = request.full(), .accept_deletions = request.accept_deletions()},
         .cancelled = stop.get_token(),
         .progress = [events](const store::Run& run) { events->Add(ToProto(run)); },
         .done = [events] { events->SenderDone(); }});
  }
  absl::Time give_up = absl::InfiniteFuture();
  while (events->Take(kLook, progress) && absl::Now() < give_up) {
    const bool going = CheckGoing(cancelled).ok();
    if (!going && give_up == absl::InfiniteFuture()) give_up = absl::Now() + kCancelTimeMax;
  }
  return CheckGoing(cancelled);
}

absl::Status Scheduler::Impl::SyncSinks(std::vector<std::pair<Connection*, SinkWatch>>* watches,
                                        const Progress& progress, std::stop_token cancelled) {
  const uint64_t head = options.store->log_head();
  for (auto& [connection, watch] : *watches) RETURN_IF_ERROR(watch.Begin(head));
  const auto all_done = [&] {
    return std::all_of(watches->begin(), watches->end(),
                       [](const auto& entry) { return entry.second.done(); });
  };
  while (!all_done()) {
    RETURN_IF_ERROR(CheckGoing(cancelled));
    for (auto& [connection, watch] : *watches) {
      if (!watch.done()) watch.Look(connection->plan->name, progress);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListConnectionsResponse> Scheduler::ListConnections() const {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, impl_->options.store->Read());
  v1::ListConnectionsResponse response;
  for (const Connection& connection : impl_->core->connections) {
    ASSIGN_OR_RETURN(*response.add_connections(), connection.Status(*snapshot));
  }
  return response;
}

absl::StatusOr<v1::ReplayDeadLettersResponse> Scheduler::Replay(std::span<const uint64_t> ids,
                                                                bool force) {
  auto replayed = impl_->core->replay.DeadLetters(ids, force);
  for (Connection& connection : impl_->core->connections) {
    if (connection.dispatcher) connection.dispatcher->Wake();
  }
  return replayed;
}

}  // namespace entrepot::sync
