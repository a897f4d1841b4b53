// entrepot config: looks at a configuration file without a hub.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/config_file.h"
#include "app/entrepot/scratch_folder.h"
#include "app/entrepot/values.h"
#include "app/places/places.h"
#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/config/json.h"
#include "core/config/load.h"
#include "core/config/schema.h"
#include "core/config/validate.h"
#include "plugins/host/plugins.h"

namespace entrepot::cli {
namespace {

struct CheckOptions {
  std::string file;
};
struct SchemaOptions {};

config::Json ToJson(const std::vector<config::Problem>& problems) {
  config::Json list = config::Json::Array();
  for (const config::Problem& problem : problems) {
    list.Add(config::Json::Object()
                 .Set("file", problem.file)
                 .Set("line", config::Json::Literal(std::to_string(problem.line)))
                 .Set("column", config::Json::Literal(std::to_string(problem.column)))
                 .Set("path", problem.path)
                 .Set("message", problem.message));
  }
  return list;
}

Outcome Check(Session& session, const CheckOptions& options) {
  std::filesystem::path file = options.file;
  if (file.empty()) {
    ASSIGN_OR_RETURN(file, session.ConfigFile());
  }
  absl::StatusOr<config::Loaded> loaded = config::Load(file.string());
  if (!loaded.ok()) return Usage(StdView(loaded.status().message()));
  const ScratchFolder copies;
  host::Plugins plugins(PluginFoldersOf(loaded->config.hub()), copies.path());
  config::Validate([&](const std::string& id) { return plugins.Describe(id); }, &*loaded);

  if (session.out.json()) {
    session.out.Say(config::Json::Object()
                        .Set("problems", ToJson(loaded->problems))
                        .Set("notes", ToJson(loaded->notes))
                        .Write());
  } else if (loaded->problems.empty()) {
    size_t datasets = 0;
    for (const auto& [name, connection] : loaded->config.connections()) {
      datasets += connection.datasets_size();
    }
    session.out.Say(fmt::format("{}: no mistakes in {} with {}", file.string(),
                                ShowCount(loaded->config.connections_size(), "connection"),
                                ShowCount(datasets, "dataset")));
  } else {
    for (const config::Problem& problem : loaded->problems) session.out.Say(ToString(problem));
  }
  if (!session.out.json()) {
    for (const config::Problem& note : loaded->notes) {
      session.out.Say(fmt::format("note: {}", ToString(note)));
    }
  }
  return loaded->problems.empty() ? ExitCode::kOk : ExitCode::kUsage;
}

Outcome Schema(Session& session, const SchemaOptions&) {
  std::string schema = config::JsonSchema();
  schema.pop_back();  // its line break
  session.out.Say(schema);
  return ExitCode::kOk;
}

}  // namespace

void AddConfig(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "config", "The configuration file, without a hub");
  CLI::App* check = AddCommand(*noun, "check", "Finds every mistake, with file, line and column",
                               "  entrepot config check\n"
                               "  entrepot config check entrepot.yaml --output json\n"
                               "Ends with 2 when there are mistakes.");
  auto options = std::make_shared<CheckOptions>();
  check->add_option("FILE", options->file, "The file (default: as the hub's is found)");
  Runs(check, session, options, Check);

  CLI::App* schema = AddCommand(*noun, "schema", "The JSON schema of the file, for editors",
                                "  entrepot config schema >entrepot.schema.json");
  Runs(schema, session, std::make_shared<SchemaOptions>(), Schema);
}

}  // namespace entrepot::cli
