// entrepot connections: the configured connections, their datasets and deliveries.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct ConnectionsOptions {};

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
                     ShowDeliveries(connection), connection.error()});
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

}  // namespace

void AddConnections(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "connections", "The configured connections, their datasets, last runs and deliveries",
      "  entrepot connections");
  Runs(command, session, std::make_shared<ConnectionsOptions>(), RunConnections);
}

}  // namespace entrepot::cli
