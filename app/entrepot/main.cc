// The command line of the hub. Commands live in files by noun; here they are put together, and the
// one place is that prints errors and decides the exit code.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <grpc/support/log.h>
#include <sodium.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "app/entrepot/commands.h"
#include "core/base/log.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"

namespace entrepot::cli {
namespace {

constexpr char kFooter[] =
    R"(The hub is found by --socket, --config, ENTREPOT_SOCKET, ENTREPOT_CONFIG, entrepot.yaml in the
current folder, or /etc/entrepot/entrepot.yaml: the first of these that is there.

Exit codes:
  0  done
  1  refused: the hub says why
  2  the command line, a file it names or the configuration is wrong
  3  no hub answers
  4  what was named is not there
  5  done in part: something needs a person (dead letters, rejected deliveries, a run that stopped)

With --output json an error is {"error": {"reason": …, "message": …}} on standard error.

Examples:
  entrepot status
  entrepot sync --full
  entrepot order place -f order.json
  entrepot stock available BLT-10-60 --quantity 100 --output json)";

void AddGlobalOptions(CLI::App& app, Session& session) {
  app.add_option("--config", session.options.config, "The hub's configuration file")
      ->type_name("FILE");
  app.add_option("--socket", session.options.socket, "The hub's unix socket")->type_name("PATH");
  app.add_option("--actor", session.options.actor,
                 "In whose name changes are made (default: $USER)")
      ->type_name("NAME");
  app.add_option_function<std::string>(
         "--output",
         [&session](const std::string& format) {
           session.out.set_format(format == "json" ? Format::kJson : Format::kTable);
         },
         "Tables for people, or JSON for scripts: one document, streams one a line")
      ->check(CLI::IsMember({"table", "json"}).description(""))
      ->type_name("table|json")
      ->default_str("table");
}

void AddAllCommands(CLI::App& app, Session& session) {
  AddStatus(app, session);
  AddConnections(app, session);
  AddSync(app, session);
  AddPlan(app, session);
  AddApply(app, session);
  AddVerify(app, session);
  AddRuns(app, session);
  AddStock(app, session);
  AddAnalogues(app, session);
  AddClient(app, session);
  AddOrder(app, session);
  AddRequest(app, session);
  AddRecords(app, session);
  AddTrace(app, session);
  AddParked(app, session);
  AddDeadLetters(app, session);
  AddConflicts(app, session);
  AddProposals(app, session);
  AddDuplicates(app, session);
  AddConfig(app, session);
  AddConnector(app, session);
  AddBackup(app, session);
  AddRestore(app, session);
  AddCompletion(app, session);
}

// What is wrong with the command line, in one sentence that names the nearest command.
std::string FaultIn(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  const std::vector<std::string> unread = app.remaining(true);
  const bool needs_command = deepest->get_require_subcommand_min() > 0;
  if (!needs_command || unread.empty() || unread.front().starts_with("-")) return error.what();
  std::vector<std::string> known;
  for (const CLI::App* command : deepest->get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  return fmt::format("there is no command \"{}\"{}; known are {}", unread.front(),
                     DidYouMean(unread.front(), known), fmt::join(known, ", "));
}

int Finish(Outcome outcome, const Output& out) {
  if (outcome.ok() && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
    outcome = Failure(absl::StatusCode::kDataLoss, "OUTPUT_LOST",
                      "it is done, but the answer cannot be written to standard output: is the "
                      "disk full?");
  }
  if (outcome.ok()) return static_cast<int>(*outcome);
  out.Error(outcome.status());
  return static_cast<int>(ExitCodeOf(outcome.status()));
}

int Main(int argc, char** argv) {
  Session session;
  CLI::App app("Entrepot: the hub between a company's systems.", "entrepot");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  app.set_version_flag("--version", std::string(ENTREPOT_VERSION));
  AddGlobalOptions(app, session);
  AddAllCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fmt::print(stderr, "entrepot: {}; see entrepot --help\n", FaultIn(app, error));
    return static_cast<int>(ExitCode::kUsage);
  }
  try {
    return Finish(session.command(), session.out);
  } catch (const std::exception& exception) {  // a library's; a bug here
    return Finish(absl::InternalError(exception.what()), session.out);
  }
}

}  // namespace
}  // namespace entrepot::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // "entrepot records list … | head" ends quietly
  gpr_set_log_function([](gpr_log_func_args*) {});      // the status of a call says it all
  if (!entrepot::log::SetLevel("warn").ok()) return 1;  // of parts that the hub has in common
  if (sodium_init() < 0) return 1;
  return entrepot::cli::Main(argc, argv);
}
