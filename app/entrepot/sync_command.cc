// entrepot sync: reads the sources and writes to the sinks now, with progress.
#include <unistd.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/sync_progress.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct SyncOptions {
  std::vector<std::string> connections;
  bool full = false;
  bool accept_deletions = false;
};

Outcome RunSync(Session& session, const SyncOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::SyncRequest request;
  request.mutable_connections()->Add(options.connections.begin(), options.connections.end());
  request.set_full(options.full);
  request.set_accept_deletions(options.accept_deletions);
  const bool json = session.out.json();
  SyncProgress progress(!json && isatty(STDOUT_FILENO));
  const absl::Status status = hub->Stream<v1::OperationService, v1::SyncRequest, v1::SyncResponse>(
      &v1::OperationService::Stub::Sync, request, [&](const v1::SyncResponse& event) {
        if (json) {
          session.out.JsonLine(event);
          progress.Note(event);
        } else {
          progress.Show(event);
        }
        return true;
      });
  if (!json) progress.ClearLine();
  RETURN_IF_ERROR(status);
  if (!json) progress.ShowSum();
  if (!progress.partly()) return ExitCode::kOk;
  session.out.Hint(
      "Some of it needs a person: see 'entrepot dead-letters list' and 'entrepot runs'");
  return ExitCode::kPartly;
}

}  // namespace

void AddSync(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "sync", "Reads the sources and writes to the sinks now",
                 "  entrepot sync                        all connections, what is new\n"
                 "  entrepot sync --full warehouse       every row of one connection again\n"
                 "  entrepot sync --full --accept-deletions warehouse\n"
                 "                                       after a look at what is missing\n"
                 "Ends with 5 when rows became dead letters, deliveries were rejected, or a run "
                 "stopped early.");
  auto options = std::make_shared<SyncOptions>();
  command->add_option("CONNECTION", options->connections, "Names of connections (default: all)");
  command->add_flag("--full", options->full, "Read every row again, not only what is new");
  command->add_flag("--accept-deletions", options->accept_deletions,
                    "Delete what a full read misses, even when it is more than a tenth");
  Runs(command, session, options, RunSync);
}

}  // namespace entrepot::cli
