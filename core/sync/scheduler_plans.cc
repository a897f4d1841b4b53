// What the scheduler does before and after a sync: plans of it, and the comparison of both sides.
#include <fmt/core.h>

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/scheduler_impl.h"

namespace entrepot::sync {
namespace {

// How long a plan waits for a source that is being read.
constexpr absl::Duration kReserveTimeMax = absl::Seconds(10);

}  // namespace

absl::StatusOr<v1::PlanBasis> Scheduler::Impl::Rehearse(const v1::PlanRequest& request,
                                                        const Rehearsal::Emit& emit,
                                                        std::stop_token cancelled) {
  ASSIGN_OR_RETURN(const std::vector<Connection*> chosen, Choose(request.connections(), true));
  std::vector<std::string> names;
  for (const Connection* connection : chosen) {
    if (connection->described.ok()) {
      names.push_back(connection->plan->name);
      continue;
    }
    v1::PlanResponse event;
    event.mutable_sink()->set_connection(connection->plan->name);
    event.mutable_sink()->set_done(true);
    event.mutable_sink()->set_error(std::string(StdView(connection->described.message())));
    emit(event);
  }
  // Nobody else reads them meanwhile, so that the plan is not out of date when it is made.
  auto sources = ReserveSources(chosen);
  const absl::Time give_up = absl::Now() + kReserveTimeMax;
  while (sources.status().code() == absl::StatusCode::kAborted && absl::Now() < give_up) {
    RETURN_IF_ERROR(CheckGoing(cancelled));
    absl::SleepFor(kLook);
    sources = ReserveSources(chosen);
  }
  RETURN_IF_ERROR(sources.status());
  const absl::Cleanup release = [&] {
    for (Connection* connection : *sources) connection->source->Release();
  };
  std::stop_source stop;
  const std::stop_callback pass_on(cancelled, [&] { stop.request_stop(); });
  Rehearsal rehearsal(
      {.config = options.config,
       .authority = options.authority,
       .clock = options.clock,
       .environment = core->environment,
       .make_link = [this](const ConnectionPlan& plan) { return MakeLink(plan, &Meters::None()); },
       .describe =
           [this](const ConnectionPlan& plan) {
             return options.connectors->Describe(plan.config->connector());
           },
       .make_react = options.make_react},
      request, emit);
  return rehearsal.Run(names, stop.get_token());
}

absl::Status Scheduler::Plan(const v1::PlanRequest& request, const Rehearsal::Emit& emit,
                             std::stop_token cancelled) {
  ASSIGN_OR_RETURN(const v1::PlanBasis basis, impl_->Rehearse(request, emit, cancelled));
  v1::PlanResponse event;
  *event.mutable_basis() = basis;
  emit(event);
  return absl::OkStatus();
}

absl::Status Scheduler::Impl::ApplyPlan(const v1::PlanBasis& planned, const Progress& progress,
                                        std::stop_token cancelled) {
  const v1::PlanRequest& request = planned.request();
  if (!planned.complete()) {
    return Failure(absl::StatusCode::kFailedPrecondition, "PLAN_INCOMPLETE",
                   "the plan shows only a part of what a sync would do, because that is more than "
                   "limits.planned_changes_max: raise the limit and plan again, or run "
                   "'entrepot sync'");
  }
  ASSIGN_OR_RETURN(const v1::PlanBasis now,
                   Rehearse(
                       request, [](const v1::PlanResponse&) {}, cancelled));
  if (const std::string why = WhyStale(planned, now); !why.empty()) {
    return Failure(absl::StatusCode::kFailedPrecondition, "PLAN_STALE",
                   fmt::format("{}, so a sync would do something else than was planned: nothing "
                               "was done. Plan again",
                               why));
  }
  v1::SyncRequest sync;
  *sync.mutable_connections() = request.connections();
  sync.set_full(request.full());
  sync.set_accept_deletions(request.accept_deletions());
  ASSIGN_OR_RETURN(const std::vector<Connection*> chosen, Choose(request.connections(), false));
  // In the plan's order: where two systems bring the same record, that decides.
  std::vector<std::vector<Connection*>> turns;
  for (Connection* connection : chosen) turns.push_back({connection});
  return Sync(chosen, turns, sync, progress, std::move(cancelled));
}

absl::StatusOr<bool> Scheduler::Verify(const v1::VerifyRequest& request,
                                       const Verification::Emit& emit, std::stop_token cancelled) {
  ASSIGN_OR_RETURN(Connection * chosen, impl_->Find(request.connection()));
  Connection& connection = *chosen;
  RETURN_IF_ERROR(connection.described);
  VerificationOptions options{.sides = {.store = impl_->options.store,
                                        .limits = &impl_->options.config->limits(),
                                        .environment = impl_->core->environment,
                                        .link = impl_->MakeLink(*connection.plan, &Meters::None())},
                              .repair = request.repair()};
  if (connection.dispatcher) {
    options.sink_cursor = [&] { return connection.dispatcher->state().cursor; };
  }
  bool equal = true;
  bool read_again = false;
  const Verification::Emit look = [&](const v1::VerifyResponse& event) {
    if (event.has_difference() || !event.dataset().error().empty()) equal = false;
    emit(event);
  };
  for (const DatasetPlan& dataset : connection.plan->datasets) {
    if (!dataset.source && !dataset.sink) continue;
    RETURN_IF_ERROR(impl_->CheckGoing(cancelled));
    ASSIGN_OR_RETURN(const bool again, Verification(options, &dataset, look).Run(cancelled));
    read_again |= again;
  }
  if (connection.dispatcher && request.repair()) {
    RETURN_IF_ERROR(connection.dispatcher->Hurry().status());
  }
  if (read_again) RETURN_IF_ERROR(impl_->ReadAgain(&connection, std::move(cancelled)));
  return equal;
}

absl::Status Scheduler::Impl::ReadAgain(Connection* connection, std::stop_token cancelled) {
  v1::SyncRequest request;
  request.set_full(true);
  const absl::Time give_up = absl::Now() + kReserveTimeMax;
  while (true) {
    const absl::Status read = SyncSources(
        {connection}, request, [](const v1::SyncResponse&) {}, cancelled);
    if (read.code() != absl::StatusCode::kAborted || absl::Now() > give_up) return read;
    absl::SleepFor(kLook);
  }
}

}  // namespace entrepot::sync
