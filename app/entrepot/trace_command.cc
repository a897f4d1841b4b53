// entrepot trace: a record's way through the hub.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/names.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct TraceOptions {
  std::string kind;
  std::string key;
};

// Steps that are over, or those that are open.
void PrintSteps(const v1::TraceResponse& trace, bool open, const Output& out) {
  Table table = Table::OfFields();
  for (const v1::TraceStep& step : trace.steps()) {
    if (step.open() != open) continue;
    const bool own = step.about() == trace.title();
    table.Add({Show(step.at()), own ? step.text() : step.about() + " " + step.text()});
  }
  if (table.empty()) return;
  if (open) out.Say("\nStill open:");
  out.Print(table);
}

void PrintTrace(const v1::TraceResponse& trace, const Output& out) {
  out.Say(fmt::format("{} (id {}, revision {}{})", trace.title(), trace.record().id(),
                      trace.record().revision(), trace.record().deleted() ? ", deleted" : ""));
  PrintSteps(trace, /*open=*/false, out);
  if (!trace.names().empty()) {
    Table names({{"RECORD"}, {"IN"}, {"IS CALLED"}});
    for (const v1::TraceName& name : trace.names()) {
      names.Add({name.record(), name.connection(), name.outside_id()});
    }
    out.Say();
    out.Print(names);
  }
  PrintSteps(trace, /*open=*/true, out);
}

Outcome RunTrace(Session& session, const TraceOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::TraceRequest request;
  request.mutable_name()->set_kind(options.kind);
  request.mutable_name()->set_key(options.key);
  ASSIGN_OR_RETURN(const v1::TraceResponse response,
                   hub->Call<v1::OperationService>(&v1::OperationService::Stub::Trace, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  PrintTrace(response, session.out);
  return ExitCode::kOk;
}

}  // namespace

void AddTrace(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "trace", "A record's way through the hub, oldest first",
                                 "  entrepot trace order 1001\n"
                                 "  entrepot trace stock_level BLT-10-60/MAIN");
  auto options = std::make_shared<TraceOptions>();
  command->add_option("KIND", options->kind, "product, stock_level, order …")->required();
  command->add_option("KEY", options->key, "Its key: a number, a code, or parts joined by '/'")
      ->required();
  Runs(command, session, options, RunTrace);
}

}  // namespace entrepot::cli
