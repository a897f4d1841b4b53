#include "core/store/backup.h"

#include <fmt/core.h>

#include <system_error>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/change_log.h"
#include "core/store/database.h"
#include "core/store/durable_file.h"

namespace entrepot::store {
namespace {

constexpr int kCacheKib = 2048;
constexpr int64_t kPageBytes = 4096;
constexpr char kHasBackupTableSql[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'backup'";
constexpr char kTakenSql[] = "INSERT OR REPLACE INTO backup (one, taken_at) VALUES (1, ?)";

absl::Status CheckTarget(const BackupOptions& options, const std::filesystem::path& store) {
  std::error_code error;
  if (!std::filesystem::exists(store, error)) {
    return Failure(absl::StatusCode::kNotFound, "NO_STORE",
                   fmt::format("{} is not there: the hub has never been started with this "
                               "configuration, or hub.data_folder names another folder",
                               store.string()));
  }
  if (std::filesystem::equivalent(store, options.file, error)) {
    return Failure(absl::StatusCode::kAlreadyExists, "BACKUP_EXISTS",
                   fmt::format("{} is the store itself: give the backup a name of its own",
                               options.file.string()));
  }
  if (!options.overwrite && std::filesystem::exists(options.file, error)) {
    return Failure(absl::StatusCode::kAlreadyExists, "BACKUP_EXISTS",
                   fmt::format("{} is there already: choose another name, or say --force to "
                               "replace it",
                               options.file.string()));
  }
  return CheckSpace(options.file.parent_path(), StoreBytes(store));
}

// Stores of older releases have no place for it: they are backed up all the same.
absl::Status NoteWhen(Connection& db, absl::Time now) {
  Statement query = db.Prepare(kHasBackupTableSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  const bool has = found && query.Int(0) > 0;
  query.Reset();
  return has ? db.Prepare(kTakenSql).Bind(now).Run() : absl::OkStatus();
}

absl::StatusOr<BackupReport> Copy(const BackupOptions& options, const std::filesystem::path& store,
                                  const std::filesystem::path& part) {
  ASSIGN_OR_RETURN(const auto source,
                   Connection::Open(store, Connection::Mode::kReadOnly, kCacheKib));
  ASSIGN_OR_RETURN(const auto target,
                   Connection::Open(part, Connection::Mode::kScratch, kCacheKib));
  RETURN_IF_ERROR(source->CopyTo(*target, [&](int64_t done, int64_t total) {
    options.progress(done * kPageBytes, total * kPageBytes);
  }));
  // The copy says of itself that it has a WAL: one file is easier to keep than two.
  RETURN_IF_ERROR(target->Execute("PRAGMA journal_mode = DELETE"));
  RETURN_IF_ERROR(NoteWhen(*target, options.now));
  ASSIGN_OR_RETURN(const Head head, LoadHead(*target));
  return BackupReport{.log_head = head.seq};
}

}  // namespace

absl::StatusOr<BackupReport> BackUp(const BackupOptions& options) {
  const std::filesystem::path store = options.folder / "entrepot.db";
  RETURN_IF_ERROR(CheckTarget(options, store));
  const std::filesystem::path part = options.file.string() + ".part";
  RETURN_IF_ERROR(MakePrivateFile(part));
  auto report = Copy(options, store, part);
  absl::Status kept = report.status();
  if (kept.ok()) kept = SyncToDisk(part);
  if (kept.ok()) report->bytes = StoreBytes(part);
  if (kept.ok()) kept = RenameDurably(part, options.file);
  if (!kept.ok()) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    return kept;
  }
  return report;
}

}  // namespace entrepot::store
