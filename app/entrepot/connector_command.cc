// entrepot connector: connectors' files, without a hub.
#include <fmt/core.h>

#include <iostream>
#include <map>

#include "app/entrepot/commands.h"
#include "app/entrepot/config_file.h"
#include "app/entrepot/scratch_folder.h"
#include "app/entrepot/values.h"
#include "app/places/places.h"
#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/config/open_request.h"
#include "plugins/conformance/conformance.h"
#include "plugins/host/library.h"
#include "plugins/host/plugins.h"

namespace entrepot::cli {
namespace {

struct TestOptions {
  std::string file;
  std::string connection;
  std::vector<std::string> options;  // "name=value"
  std::vector<std::string> rows;     // "dataset.column=text"
};
struct ListOptions {};

// What the configuration says of the connection.
absl::Status TakeConnection(const Session& session, const TestOptions& options,
                            conformance::Subject* subject) {
  ASSIGN_OR_RETURN(const std::filesystem::path file, session.ConfigFile());
  ASSIGN_OR_RETURN(const config::Loaded loaded, LoadGood(file));
  const ScratchFolder copies;
  ASSIGN_OR_RETURN(const std::shared_ptr<const host::Library> library,
                   host::Library::Load(subject->file, copies.path()));
  ASSIGN_OR_RETURN(const connector::v1::OpenRequest request,
                   config::MakeOpenRequest(loaded, options.connection, library->manifest()));
  for (const connector::v1::Option& option : request.options()) {
    subject->options[option.name()] = option.value();
  }
  subject->datasets.assign(request.datasets().begin(), request.datasets().end());
  subject->time_zone = request.time_zone();
  return absl::OkStatus();
}

// "clients.name=Client {number}" becomes a cell of the sample row.
absl::Status TakeCell(const std::string& cell, conformance::Subject* subject) {
  const size_t dot = cell.find('.');
  const size_t equals = cell.find('=', dot == std::string::npos ? 0 : dot);
  if (dot == std::string::npos || equals == std::string::npos) {
    return Usage(fmt::format("--row is \"{}\": write dataset.column=text", cell));
  }
  subject->sample_rows[cell.substr(0, dot)].emplace_back(cell.substr(dot + 1, equals - dot - 1),
                                                         cell.substr(equals + 1));
  return absl::OkStatus();
}

Outcome Test(Session& session, const TestOptions& options) {
  conformance::Subject subject;
  subject.file = std::filesystem::absolute(options.file);
  if (!options.connection.empty()) {
    RETURN_IF_ERROR(TakeConnection(session, options, &subject));
  }
  for (const std::string& option : options.options) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos) {
      return Usage(fmt::format("--option is \"{}\": write name=value", option));
    }
    subject.options[option.substr(0, equals)] = option.substr(equals + 1);
  }
  for (const std::string& cell : options.rows) RETURN_IF_ERROR(TakeCell(cell, &subject));
  const int failures = conformance::RunConformance(subject, std::cout);
  return failures == 0 ? ExitCode::kOk : ExitCode::kRefused;
}

std::string Roles(const connector::v1::Manifest& manifest) {
  if (manifest.source() && manifest.sink()) return "source, sink";
  return manifest.source() ? "source" : manifest.sink() ? "sink" : "";
}

// Without a configuration only what comes with the hub is searched.
absl::StatusOr<config::v1::Hub> HubSection(const Session& session) {
  const absl::StatusOr<std::filesystem::path> file = session.ConfigFile();
  if (!file.ok()) return config::v1::Hub();
  ASSIGN_OR_RETURN(const config::Loaded loaded, LoadGood(*file));
  return loaded.config.hub();
}

Outcome List(Session& session, const ListOptions&) {
  ASSIGN_OR_RETURN(const config::v1::Hub hub, HubSection(session));
  const ScratchFolder copies;
  host::Plugins plugins(PluginFoldersOf(hub), copies.path());
  Table table({{"CONNECTOR"}, {"VERSION"}, {"CAN BE"}, {"TITLE"}});
  for (const std::string& id : plugins.Known()) {
    const absl::StatusOr<connector::v1::Manifest> manifest = plugins.Describe(id);
    if (!manifest.ok()) {
      session.out.Hint(fmt::format("{}: {}", id, StdView(manifest.status().message())));
      continue;
    }
    if (session.out.json()) {
      session.out.JsonLine(*manifest);
    } else {
      table.Add({manifest->id(), manifest->version(), Roles(*manifest), manifest->title()});
    }
  }
  if (!session.out.json()) session.out.Print(table, "There are no connectors.");
  return ExitCode::kOk;
}

}  // namespace

void AddConnector(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "connector", "Connectors' files, without a hub");

  CLI::App* list = AddCommand(*noun, "list", "The connectors that the hub would find",
                              "  entrepot connector list");
  Runs(list, session, std::make_shared<ListOptions>(), List);

  CLI::App* test = AddCommand(
      *noun, "test", "Does a connector keep the contract? Sinks get sample records written",
      "  entrepot connector test ./shop.so --option url=http://localhost:8080\n"
      "  entrepot connector test build/release/connectors/csv.so --connection warehouse\n"
      "                          with the options and datasets that the configuration has for it\n"
      "Sinks get sample records, for good: test them on a copy, not with the connection that is in "
      "use.\n"
      "Ends with 1 when a check failed.");
  auto options = std::make_shared<TestOptions>();
  test->add_option("FILE", options->file, "The connector's shared object")->required();
  test->add_option("--connection", options->connection, "Takes options from the configuration")
      ->type_name("NAME");
  test->add_option("--option", options->options,
                   "As the hub hands it over: absolute paths, "
                   "durations in milliseconds")
      ->type_name("NAME=VALUE")
      ->take_all();
  test->add_option("--row", options->rows,
                   "A cell of the row that a sink gets, of those that take rows; {number} and "
                   "{revision} in its text are filled in")
      ->type_name("DATASET.COLUMN=TEXT")
      ->take_all();
  Runs(test, session, options, Test);
}

}  // namespace entrepot::cli
