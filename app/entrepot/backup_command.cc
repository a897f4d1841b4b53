// entrepot backup and restore: the store's file, without the hub.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "app/entrepot/commands.h"
#include "app/entrepot/config_file.h"
#include "app/entrepot/values.h"
#include "app/places/places.h"
#include "core/base/status_macros.h"
#include "core/config/json.h"
#include "core/store/backup.h"

namespace entrepot::cli {
namespace {

using config::Json;

struct BackupOptions {
  std::string file;
  bool force = false;
};
struct RestoreOptions {
  std::string file;
  uint64_t numbers_skipped = store::RestoreOptions().numbers_skipped;
};

Json Number(uint64_t number) { return Json::Literal(std::to_string(number)); }

absl::StatusOr<config::v1::Hub> HubConfig(const Session& session) {
  ASSIGN_OR_RETURN(const std::filesystem::path file, session.ConfigFile());
  return HubOf(file);
}

// One line that changes in place, for a person at a terminal.
void DrawProgress(uint64_t done, uint64_t total) {
  fmt::print(stderr, "\r{} of {} ({} %)\x1b[K", ShowBytes(done), ShowBytes(total),
             total == 0 ? 100 : done * 100 / total);
  if (done >= total) fmt::print(stderr, "\r\x1b[K");
}

Outcome RunBackup(Session& session, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const config::v1::Hub hub, HubConfig(session));
  store::BackupOptions backup{.folder = hub.data_folder(),
                              .file = options.file,
                              .overwrite = options.force,
                              .now = absl::Now()};
  if (!session.out.json() && isatty(STDERR_FILENO) != 0) backup.progress = DrawProgress;
  ASSIGN_OR_RETURN(const store::BackupReport report, store::BackUp(backup));
  if (session.out.json()) {
    session.out.Say(Json::Object()
                        .Set("file", options.file)
                        .Set("bytes", Number(report.bytes))
                        .Set("changeLogHead", Number(report.log_head))
                        .Write());
    return ExitCode::kOk;
  }
  session.out.Say(fmt::format("{}: {}, up to entry {} of the change log", options.file,
                              ShowBytes(report.bytes), ShowCount(report.log_head)));
  return ExitCode::kOk;
}

void SayRestored(const store::RestoreReport& report, const Output& out) {
  const bool dated = report.epoch.backup_at > absl::UnixEpoch();
  out.Say(fmt::format(
      "restored {}{}; this is life {} of the store", ShowCount(report.records, "record"),
      dated ? " as of " + absl::FormatTime("%Y-%m-%d %H:%M:%S", report.epoch.backup_at,
                                           absl::LocalTimeZone())
            : "",
      report.epoch.number));
  if (!report.replaced.empty()) {
    out.Say(fmt::format("the store that was there is kept as {}", report.replaced.string()));
  }
  out.Say(fmt::format(
      "{} will be looked up at the other side before anything is sent",
      report.unknown == 1 ? "1 open delivery" : ShowCount(report.unknown) + " open deliveries"));
  out.Say(
      "what was entered since the backup is not in the hub: start it, let it read its sources "
      "again (entrepot sync --full), and compare with the people concerned");
}

Outcome RunRestore(Session& session, const RestoreOptions& options) {
  ASSIGN_OR_RETURN(const config::v1::Hub hub, HubConfig(session));
  RETURN_IF_ERROR(MakeDataFolder(hub));
  ASSIGN_OR_RETURN(const store::RestoreReport report,
                   store::Restore({.folder = hub.data_folder(),
                                   .file = options.file,
                                   .now = absl::Now(),
                                   .numbers_skipped = options.numbers_skipped}));
  if (!session.out.json()) {
    SayRestored(report, session.out);
    return ExitCode::kOk;
  }
  session.out.Say(Json::Object()
                      .Set("epoch", Number(report.epoch.number))
                      .Set("backupAt", absl::FormatTime(absl::RFC3339_sec, report.epoch.backup_at,
                                                        absl::UTCTimeZone()))
                      .Set("records", Number(report.records))
                      .Set("unknownDeliveries", Number(report.unknown))
                      .Set("replaced", report.replaced.string())
                      .Write());
  return ExitCode::kOk;
}

}  // namespace

void AddBackup(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "backup", "Copies the store to a file, while the hub runs or not",
                 "  entrepot backup /backups/entrepot-monday.db\n"
                 "  entrepot backup nightly.db --force\n"
                 "The file is whole or not there at all. Only its owner can read it.");
  auto options = std::make_shared<BackupOptions>();
  command->add_option("FILE", options->file, "The backup")->required();
  command->add_flag("--force", options->force, "Replaces the file if it is there");
  Runs(command, session, options, RunBackup);
}

void AddRestore(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "restore", "Puts a backup in the place of the store, while the hub does not run",
      "  entrepot restore /backups/entrepot-monday.db\n"
      "The store that was there is kept beside it. What may have been delivered since the backup\n"
      "is looked up at the other systems before it is sent.");
  auto options = std::make_shared<RestoreOptions>();
  command->add_option("FILE", options->file, "The backup")->required();
  command
      ->add_option("--skip-numbers", options->numbers_skipped,
                   "How much higher document numbers go on: more than were given since the "
                   "backup")
      ->type_name("N")
      ->capture_default_str();
  Runs(command, session, options, RunRestore);
}

}  // namespace entrepot::cli
