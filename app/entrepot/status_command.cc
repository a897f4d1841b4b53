// entrepot status: what the hub holds, and how far each reader of its log is.
#include <algorithm>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct StatusOptions {};

void PrintStatus(const v1::GetStatusResponse& status, const Output& out) {
  Table hub = Table::OfFields();
  hub.Add({"version", status.version()});
  hub.Add({"started", Show(status.started_at())});
  hub.Add({"store", ShowBytes(status.store_bytes())});
  hub.Add({"change log", ShowCount(status.change_log_head()) + " entries"});
  hub.Add({"parked", ShowCount(status.parked_items(), "row")});
  hub.Add({"dead letters", ShowCount(status.dead_letters())});
  out.Print(hub);

  Table kinds({{"KIND"}, {"RECORDS", true}});
  for (const v1::KindCount& count : status.kinds()) {
    kinds.Add({count.kind(), ShowCount(count.records())});
  }
  out.Say();
  out.Print(kinds);

  Table readers({{"READER"}, {"AT", true}, {"BEHIND", true}, {"PENDING", true}});
  for (const v1::LogReader& reader : status.readers()) {
    const uint64_t behind =
        status.change_log_head() - std::min<uint64_t>(reader.cursor(), status.change_log_head());
    readers.Add({reader.name(), ShowCount(reader.cursor()), ShowCount(behind),
                 reader.name().starts_with("sink:") ? ShowCount(reader.pending()) : ""});
  }
  if (!readers.empty()) out.Say();
  out.Print(readers);
}

Outcome RunStatus(Session& session, const StatusOptions&) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status,
                   hub->Call<v1::OperationService>(&v1::OperationService::Stub::GetStatus,
                                                   v1::GetStatusRequest()));
  if (session.out.json()) {
    session.out.Json(status);
  } else {
    PrintStatus(status, session.out);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddStatus(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "status", "What the hub holds, and how far each reader of its log is",
                 "  entrepot status\n  entrepot status --output json");
  Runs(command, session, std::make_shared<StatusOptions>(), RunStatus);
}

}  // namespace entrepot::cli
