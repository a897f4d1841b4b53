// entrepot sync: reads the sources and writes to the sinks now, with progress.
#include "app/entrepot/commands.h"
#include "app/entrepot/plan_print.h"
#include "app/entrepot/sync_progress.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct SyncOptions {
  std::vector<std::string> connections;
  bool full = false;
  bool accept_deletions = false;
  bool plan = false;
};

Outcome RunPlan(Session& session, const SyncOptions& options) {
  v1::PlanRequest request;
  request.mutable_connections()->Add(options.connections.begin(), options.connections.end());
  request.set_full(options.full);
  request.set_accept_deletions(options.accept_deletions);
  return ShowPlan(session, request, nullptr);
}

Outcome RunSync(Session& session, const SyncOptions& options) {
  if (options.plan) return RunPlan(session, options);
  v1::SyncRequest request;
  request.mutable_connections()->Add(options.connections.begin(), options.connections.end());
  request.set_full(options.full);
  request.set_accept_deletions(options.accept_deletions);
  return FollowSync(session, request);
}

}  // namespace

void AddSync(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "sync", "Reads the sources and writes to the sinks now",
                 "  entrepot sync                        all connections, what is new\n"
                 "  entrepot sync --full warehouse       every row of one connection again\n"
                 "  entrepot sync --full --accept-deletions warehouse\n"
                 "                                       after a look at what is missing\n"
                 "  entrepot sync --plan                 what it would do, and nothing is done\n"
                 "Ends with 5 when rows became dead letters, deliveries were rejected, or a run "
                 "stopped early.");
  auto options = std::make_shared<SyncOptions>();
  command->add_option("CONNECTION", options->connections, "Names of connections (default: all)");
  command->add_flag("--full", options->full, "Read every row again, not only what is new");
  command->add_flag("--accept-deletions", options->accept_deletions,
                    "Delete what a full read misses, even when it is more than a tenth");
  command->add_flag("--plan", options->plan, "Only show what it would do; change nothing");
  Runs(command, session, options, RunSync);
}

}  // namespace entrepot::cli
