// entrepot runs: readings of datasets, newest first.
#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct RunsOptions {
  std::string dataset;
  int limit = 20;
};

Outcome RunRuns(Session& session, const RunsOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListRunsRequest request;
  request.set_dataset(options.dataset);
  request.set_page_size(options.limit);
  ASSIGN_OR_RETURN(const v1::ListRunsResponse response,
                   hub->Call<v1::OperationService>(&v1::OperationService::Stub::ListRuns, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"RUN", true},
               {"DATASET"},
               {"STARTED"},
               {"ENDED"},
               {""},
               {"READ", true},
               {"CREATED", true},
               {"CHANGED", true},
               {"UNCHANGED", true},
               {"DELETED", true},
               {"PARKED", true},
               {"DEAD", true},
               {"STOPPED BY"}});
  for (const v1::Run& run : response.runs()) {
    table.Add({std::to_string(run.id()), run.dataset(), Show(run.started_at()),
               run.has_ended_at() ? Show(run.ended_at()) : "running", run.full() ? "full" : "",
               ShowCount(run.read()), ShowCount(run.created()), ShowCount(run.changed()),
               ShowCount(run.unchanged()), ShowCount(run.deleted()), ShowCount(run.parked()),
               ShowCount(run.dead()), run.error()});
  }
  session.out.Print(table, "Nothing has been read yet: run 'entrepot sync'.");
  return ExitCode::kOk;
}

}  // namespace

void AddRuns(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "runs", "Readings of datasets, newest first",
                                 "  entrepot runs\n  entrepot runs warehouse/stock --limit 5");
  auto options = std::make_shared<RunsOptions>();
  command->add_option("DATASET", options->dataset, "As 'warehouse/stock' (default: all)");
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  Runs(command, session, options, RunRuns);
}

}  // namespace entrepot::cli
