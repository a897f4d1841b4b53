#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "absl/time/time.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/backup.h"
#include "core/store/change_log.h"
#include "core/store/database.h"
#include "core/store/durable_file.h"
#include "core/store/epoch.h"
#include "core/store/file_lock.h"
#include "core/store/migrations.h"

namespace entrepot::store {
namespace {

constexpr int kCacheKib = 32 * 1024;
// Ids that a lost time may have given are not given again; the places of bulk records cost eight
// bytes each.
constexpr uint64_t kIdsSkipped = 1'000'000;

constexpr char kCheckSql[] = "PRAGMA quick_check(1)";
constexpr char kTakenSql[] = "SELECT taken_at FROM backup";
constexpr char kNumbersSql[] = "SELECT name, last FROM number ORDER BY name";
constexpr char kRaiseSql[] =
    "INSERT INTO number (name, last) VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)";
constexpr char kSkipSql[] = "UPDATE number SET last = last + ?";
constexpr char kRecordsSql[] = "SELECT ifnull(sum(live), 0) FROM kind_count";
// States 1, 2, 3, 6: pending, in flight, unknown, waiting. One that a person has been asked about
// is due never.
constexpr char kUnknownSql[] =
    "UPDATE delivery SET state = 3, due = ?1, sent_at = ?1, waits_for = '',"
    " attempts = CASE WHEN state IN (2, 3) THEN attempts ELSE 0 END,"
    " error = 'a backup was restored: it may have been delivered since the backup'"
    " WHERE state IN (1, 2, 3, 6) AND due < ?2";

// What the store that is replaced has given out, so far as it can be read.
struct Given {
  uint64_t epoch = 0;
  uint64_t record_id = 0;
  std::vector<std::pair<std::string, uint64_t>> numbers;
};

absl::StatusOr<std::vector<std::pair<std::string, uint64_t>>> ReadNumbers(Connection& db) {
  std::vector<std::pair<std::string, uint64_t>> numbers;
  Statement query = db.Prepare(kNumbersSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return numbers;
    numbers.emplace_back(query.Text(0), query.Uint(1));
  }
}

// Also brings its WAL into the file, so that one file is the whole of it. Older releases' stores
// are in their first life.
absl::StatusOr<Given> ReadGiven(const std::filesystem::path& store) {
  ASSIGN_OR_RETURN(const auto db, Connection::Open(store, Connection::Mode::kReadWrite, kCacheKib));
  RETURN_IF_ERROR(db->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  Given given;
  ASSIGN_OR_RETURN(const Head head, LoadHead(*db));
  given.record_id = head.record_id;
  ASSIGN_OR_RETURN(given.numbers, ReadNumbers(*db));
  const auto epoch = LoadEpoch(*db);
  given.epoch = epoch.ok() ? epoch->number : 1;
  return given;
}

absl::Status Damaged(const std::filesystem::path& backup, std::string_view how) {
  return Failure(absl::StatusCode::kDataLoss, "STORE_CORRUPT",
                 fmt::format("{} is damaged ({}): nothing was changed; restore another backup",
                             backup.string(), how));
}

absl::Status CheckWhole(Connection& db, const std::filesystem::path& backup) {
  Statement query = db.Prepare(kCheckSql);
  const auto found = query.Step();
  const std::string verdict = found.ok() && *found ? query.Text(0) : "it cannot be read";
  return verdict == "ok" ? absl::OkStatus() : Damaged(backup, verdict);
}

absl::Status NoBackup(const std::filesystem::path& file) {
  return Failure(absl::StatusCode::kFailedPrecondition, "NOT_A_STORE",
                 fmt::format("{} is no backup of a hub: name a file that \"entrepot backup\" made",
                             file.string()));
}

absl::Status TooNew(const std::filesystem::path& file) {
  return Failure(
      absl::StatusCode::kFailedPrecondition, "STORE_TOO_NEW",
      fmt::format("{} was made by a later release: restore it with that release", file.string()));
}

absl::StatusOr<absl::Time> TakenAt(Connection& db) {
  Statement query = db.Prepare(kTakenSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Time(0) : absl::UnixEpoch();
}

// What begins a new life: see RestoreOptions.
absl::Status Begin(Connection& db, const RestoreOptions& options, const Given& given,
                   RestoreReport* report) {
  ASSIGN_OR_RETURN(const Epoch before, LoadEpoch(db));
  ASSIGN_OR_RETURN(Head head, LoadHead(db));
  ASSIGN_OR_RETURN(const absl::Time taken_at, TakenAt(db));
  head.record_id = std::max(head.record_id, given.record_id) + kIdsSkipped;
  RETURN_IF_ERROR(SaveHead(db, head));
  report->epoch = {.number = std::max(before.number, given.epoch) + 1,
                   .began_at = options.now,
                   .backup_at = taken_at,
                   .record_id = head.record_id};
  RETURN_IF_ERROR(SaveEpoch(db, report->epoch));
  for (const auto& [name, last] : given.numbers) {
    RETURN_IF_ERROR(db.Prepare(kRaiseSql).BindText(name).Bind(last).Run());
  }
  RETURN_IF_ERROR(db.Prepare(kSkipSql).Bind(options.numbers_skipped).Run());
  RETURN_IF_ERROR(db.Prepare(kUnknownSql).Bind(options.now).Bind(absl::InfiniteFuture()).Run());
  report->unknown = static_cast<uint64_t>(db.changes());
  Statement records = db.Prepare(kRecordsSql);
  RETURN_IF_ERROR(records.Step().status());
  report->records = records.Uint(0);
  return db.Execute("DELETE FROM backup");
}

absl::Status Prepare(const RestoreOptions& options, const Given& given,
                     const std::filesystem::path& part, RestoreReport* report) {
  {
    // As it is, before anything is written to it.
    const auto db = Connection::Open(part, Connection::Mode::kReadOnly, kCacheKib);
    if (db.status().code() == absl::StatusCode::kDataLoss) {
      return Damaged(options.file, "it cannot be read");
    }
    RETURN_IF_ERROR(db.status());
    RETURN_IF_ERROR(CheckWhole(**db, options.file));
  }
  ASSIGN_OR_RETURN(const auto db, Connection::Open(part, Connection::Mode::kScratch, kCacheKib));
  if (!CheckIsStore(*db).ok()) return NoBackup(options.file);
  const absl::Status migrated = Migrate(*db, Migrations());
  if (ReasonOf(migrated) == "STORE_TOO_NEW") return TooNew(options.file);
  RETURN_IF_ERROR(migrated);
  RETURN_IF_ERROR(db->Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(Begin(*db, options, given, report));
  return db->Execute("COMMIT");
}

absl::Status MoveAside(const std::filesystem::path& store, const std::filesystem::path& aside) {
  std::error_code error;
  // Where the damaged store still has one: its WAL must never meet another file.
  const std::filesystem::path wal = store.string() + "-wal";
  if (std::filesystem::exists(wal, error)) {
    RETURN_IF_ERROR(RenameDurably(wal, aside.string() + "-wal"));
  }
  std::filesystem::remove(store.string() + "-shm", error);
  return RenameDurably(store, aside);
}

std::filesystem::path AsideName(const std::filesystem::path& store, absl::Time now) {
  const std::string stem =
      fmt::format("{}.before-restore-{}", store.string(),
                  absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::error_code error;
  std::filesystem::path name = stem;
  for (int n = 2; std::filesystem::exists(name, error); ++n) name = fmt::format("{}-{}", stem, n);
  return name;
}

absl::Status CopyBackup(const RestoreOptions& options, const std::filesystem::path& part) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.file, error)) {
    return Failure(absl::StatusCode::kNotFound, "NO_BACKUP",
                   fmt::format("{} is not there, or no file", options.file.string()));
  }
  RETURN_IF_ERROR(CheckSpace(options.folder, StoreBytes(options.file)));
  RETURN_IF_ERROR(MakePrivateFile(part));
  constexpr auto kOverwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(options.file, part, kOverwrite, error);
  // A store that was copied by hand, or kept aside, may have one.
  const std::filesystem::path wal = options.file.string() + "-wal";
  std::error_code absent;
  if (!error && std::filesystem::exists(wal, absent)) {
    std::filesystem::copy_file(wal, part.string() + "-wal", kOverwrite, error);
  }
  // Copying gives it the permissions of the original.
  if (!error) {
    std::filesystem::permissions(
        part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  }
  if (!error) return absl::OkStatus();
  return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                 fmt::format("{} cannot be copied to {} ({})", options.file.string(), part.string(),
                             error.message()));
}

absl::Status Replace(const RestoreOptions& options, const std::filesystem::path& store,
                     const std::filesystem::path& part, RestoreReport* report) {
  std::error_code error;
  const bool replaces = std::filesystem::exists(store, error);
  // A damaged one tells nothing and is replaced all the same.
  Given given;
  if (replaces) {
    const auto read = ReadGiven(store);
    if (read.ok()) given = *read;
  }
  RETURN_IF_ERROR(CopyBackup(options, part));
  RETURN_IF_ERROR(Prepare(options, given, part, report));
  RETURN_IF_ERROR(SyncToDisk(part));
  if (replaces) {
    report->replaced = AsideName(store, options.now);
    RETURN_IF_ERROR(MoveAside(store, report->replaced));
  }
  return RenameDurably(part, store);
}

}  // namespace

absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options) {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(options.folder / "entrepot.lock"));
  const std::filesystem::path store = options.folder / "entrepot.db";
  const std::filesystem::path part = options.folder / "entrepot.db.restoring";
  RestoreReport report;
  const absl::Status replaced = Replace(options, store, part, &report);
  if (replaced.ok()) return report;
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(part.string() + suffix, ignored);
  }
  return replaced;
}

}  // namespace entrepot::store
