// entrepotd, the daemon: reads the configuration, starts the hub, and stops it on SIGTERM or
// SIGINT.
#include <fmt/core.h>
#include <grpc/support/log.h>
#include <malloc.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "app/entrepotd/daemon.h"
#include "app/places/places.h"
#include "core/base/absl_view.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/config/load.h"
#include "core/config/validate.h"

namespace entrepot {
namespace {

constexpr int kConfigurationIsWrong = 2;
constexpr int kCannotStart = 1;

constexpr char kFooter[] =
    R"(Ends with 0 after SIGTERM or SIGINT, with 1 when it cannot start, and with 2 when the
configuration has mistakes, each of which is printed.

Example:
  entrepotd --config /etc/entrepot/entrepot.yaml)";

// What gRPC itself has to say goes where everything else does.
void LogForGrpc(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR) {
    log::Warn("gRPC reports an error", {{"message", args->message}});
  } else {
    log::Debug("gRPC", {{"message", args->message}});
  }
}

int Refuse(const absl::Status& status, int code) {
  fmt::print(stderr, "entrepotd: {} ({})\n", StdView(status.message()), ReasonOf(status));
  return code;
}

// Blocks the signals in this thread and, through it, in all that are started later.
sigset_t BlockSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A run's batches, the tables that grow and the threads of gRPC would leave holes of a hundred
// megabytes: large blocks go back to the system when they are freed, and all threads share what is
// left of small ones.
void KeepMemoryTight() {
  constexpr int kMegabyte = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kMegabyte);
  mallopt(M_TRIM_THRESHOLD, 8 * kMegabyte);
  mallopt(M_ARENA_MAX, 2);
}

int Serve(const config::Loaded& loaded, host::Plugins& plugins, const sigset_t& signals) {
  absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(loaded, plugins);
  if (!daemon.ok()) return Refuse(daemon.status(), kCannotStart);
  fmt::print("entrepot {} is ready at {}\n", ENTREPOT_VERSION, (*daemon)->Addresses());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  log::Info("stopping", {{"signal", strsignal(signal)}});
  (*daemon)->Stop();
  log::Info("stopped");
  return 0;
}

int Run(const std::string& file) {
  const sigset_t signals = BlockSignals();
  absl::StatusOr<config::Loaded> loaded = config::Load(file);
  if (!loaded.ok()) return Refuse(loaded.status(), kConfigurationIsWrong);
  const config::v1::Hub& hub = loaded->config.hub();
  if (loaded->problems.empty()) {
    if (absl::Status made = MakeDataFolder(hub); !made.ok()) return Refuse(made, kCannotStart);
  }
  host::Plugins plugins(PluginFoldersOf(hub), PluginCopiesOf(hub));
  config::Validate([&](const std::string& id) { return plugins.Describe(id); }, &*loaded);
  if (!loaded->problems.empty()) {
    for (const config::Problem& problem : loaded->problems) {
      fmt::print(stderr, "{}\n", ToString(problem));
    }
    return kConfigurationIsWrong;
  }
  if (absl::Status level = log::SetLevel(hub.log_level()); !level.ok()) {
    return Refuse(level, kConfigurationIsWrong);
  }
  gpr_set_log_function(LogForGrpc);
  return Serve(*loaded, plugins, signals);
}

}  // namespace
}  // namespace entrepot

int main(int argc, char** argv) {
  entrepot::KeepMemoryTight();  // before there are threads
  CLI::App app("The hub: keeps the records, reads and writes the connections, answers over gRPC.",
               "entrepotd");
  app.footer(entrepot::kFooter);
  app.set_version_flag("--version", std::string(ENTREPOT_VERSION));
  std::string file;
  app.add_option("--config", file, "The configuration file")
      ->envname("ENTREPOT_CONFIG")
      ->required()
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fmt::print(stderr, "entrepotd: {}; see entrepotd --help\n", error.what());
    return entrepot::kConfigurationIsWrong;
  }
  return entrepot::Run(file);
}
