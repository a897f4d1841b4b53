// entrepot connections: the configured connections, their datasets and deliveries.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::OperationService::Stub;

struct ConnectionsOptions {};

struct NameOptions {
  std::string name;
};

void AddDatasets(const v1::ConnectionStatus& connection, Table* table) {
  for (const v1::DatasetStatus& dataset : connection.datasets()) {
    const v1::Run& run = dataset.last_run();
    if (!dataset.has_last_run()) {
      table->Add({connection.name() + "/" + dataset.name(), dataset.kind()});
      continue;
    }
    table->Add({connection.name() + "/" + dataset.name(), dataset.kind(),
                run.has_ended_at() ? Show(run.ended_at()) : "running", ShowCount(run.read()),
                ShowCount(run.created() + run.changed() + run.deleted()), ShowCount(run.parked()),
                ShowCount(run.dead()), run.error()});
  }
}

std::string ShowDeliveries(const v1::ConnectionStatus& connection) {
  std::string text;
  for (const v1::DeliveryCount& count : connection.deliveries()) {
    if (count.count() == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", ShowCount(count.count()),
                        ShowEnum(count.state()));
  }
  return text;
}

// A pause explains itself; what was wrong before it matters again when it ends.
std::string ShowError(const v1::ConnectionStatus& connection) {
  if (connection.paused_by().empty()) return connection.error();
  return fmt::format("paused by {} since {}", connection.paused_by(), Show(connection.paused_at()));
}

void PrintConnections(const v1::ListConnectionsResponse& response, const Output& out) {
  Table connections({{"CONNECTION"}, {"CONNECTOR"}, {"STATE"}, {"DELIVERIES"}, {"ERROR"}});
  Table datasets({{"DATASET"},
                  {"KIND"},
                  {"LAST RUN"},
                  {"READ", true},
                  {"CHANGED", true},
                  {"PARKED", true},
                  {"DEAD", true},
                  {"STOPPED BY"}});
  for (const v1::ConnectionStatus& connection : response.connections()) {
    connections.Add({connection.name(), connection.connector(), ShowEnum(connection.state()),
                     ShowDeliveries(connection), ShowError(connection)});
    AddDatasets(connection, &datasets);
  }
  out.Print(connections, "The configuration names no connections.");
  if (datasets.empty()) return;
  out.Say();
  out.Print(datasets);
}

Outcome RunConnections(Session& session, const ConnectionsOptions&) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::ListConnectionsResponse response,
                   hub->Call<v1::OperationService>(&v1::OperationService::Stub::ListConnections,
                                                   v1::ListConnectionsRequest()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    PrintConnections(response, session.out);
  }
  return ExitCode::kOk;
}

Outcome Pause(Session& session, const NameOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::PauseConnectionRequest request;
  request.set_name(options.name);
  ASSIGN_OR_RETURN(const v1::PauseConnectionResponse response,
                   hub->Call<v1::OperationService>(&Stub::PauseConnection, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(
        fmt::format("{} is paused: nothing is read from it or written to it until "
                    "`entrepot connections resume {}`",
                    options.name, options.name));
  }
  return ExitCode::kOk;
}

Outcome Resume(Session& session, const NameOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ResumeConnectionRequest request;
  request.set_name(options.name);
  ASSIGN_OR_RETURN(const v1::ResumeConnectionResponse response,
                   hub->Call<v1::OperationService>(&Stub::ResumeConnection, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(fmt::format("{} goes on", options.name));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddConnections(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "connections", "The configured connections, their datasets, last runs and deliveries",
      "  entrepot connections");
  command->callback([command, &session] {
    if (!command->get_subcommands().empty()) return;  // one of its own verbs runs
    session.command = [&session] { return RunConnections(session, {}); };
  });
  const auto add = [&](const char* name, const char* help, const char* example, auto run) {
    CLI::App* child = AddCommand(*command, name, help, example);
    const auto options = std::make_shared<NameOptions>();
    child->add_option("NAME", options->name, "Of the connection")->required();
    Runs(child, session, options, run);
  };
  add("pause", "Stop reading from a connection and writing to it, until it is resumed",
      "  entrepot connections pause crm", Pause);
  add("resume", "Go on with a paused connection", "  entrepot connections resume crm", Resume);
}

}  // namespace entrepot::cli
