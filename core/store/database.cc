#include "core/store/database.h"

#include <fmt/core.h>

#include <mutex>

#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr int kBusyMilliseconds = 5000;
// 16 MB instead of 4: an intake makes a page of the WAL for every 50 rows, and each checkpoint
// waits twice for the disk.
constexpr int kCheckpointPages = 4000;

// Counting every allocation costs a tenth of the speed, and a lock.
void ConfigureLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

absl::Status StoreError(int code, std::string_view detail, const std::filesystem::path& file) {
  const std::string path = file.string();
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Failure(absl::StatusCode::kUnavailable, "STORE_FULL",
                     fmt::format("the disk is full: {} cannot grow; what was answered is safe, "
                                 "free some space and try again",
                                 path));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Failure(absl::StatusCode::kDataLoss, "STORE_CORRUPT",
                     fmt::format("{} is damaged or no store of the hub ({}): stop the hub and "
                                 "restore a backup",
                                 path, detail));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Failure(absl::StatusCode::kUnavailable, "STORE_READ_ONLY",
                     fmt::format("{} cannot be written: check its owner and permissions, and "
                                 "whether its disk is mounted read-only",
                                 path));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Failure(absl::StatusCode::kUnavailable, "STORE_BUSY",
                     fmt::format("{} is locked by another program (an sqlite3 shell or a backup "
                                 "tool?): close it and try again",
                                 path));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                     fmt::format("reading or writing {} failed ({}): check its disk and that its "
                                 "folder is there",
                                 path, detail));
    case SQLITE_NOMEM:
      return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                     fmt::format("out of memory while working on {}", path));
    default:
      return Failure(
          absl::StatusCode::kInternal, "STORE_BUG",
          fmt::format("the store of {} made a wrong request ({}): please report it", path, detail));
  }
}

absl::Status CorruptError(std::string_view what) {
  return Failure(absl::StatusCode::kDataLoss, "STORE_CORRUPT",
                 fmt::format("the store is damaged: {} cannot be read; restore a backup", what));
}

int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::Time FromMicros(int64_t micros) {
  if (micros == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  if (micros == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixMicros(micros);
}

Statement::~Statement() {
  if (handle_ != nullptr) Reset();
}

void Statement::Reset() {
  sqlite3_reset(handle_);
  next_ = 1;
}

Statement& Statement::Bind(int64_t value) {
  sqlite3_bind_int64(handle_, next_++, value);
  return *this;
}

Statement& Statement::BindText(std::string_view text) {
  // A view without bytes may have no address, which SQLite would take for NULL.
  const char* bytes = text.empty() ? "" : text.data();
  sqlite3_bind_text64(handle_, next_++, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::BindBlob(std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  sqlite3_bind_blob64(handle_, next_++, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (handle_ == nullptr) return connection_->failure();
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->Note(connection_->Error(code));
}

absl::Status Statement::Run() {
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more, Step());
  }
  Reset();
  return absl::OkStatus();
}

std::string_view Statement::View(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  return {static_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::filesystem::path& file,
                                                             Mode mode, int cache_kib) {
  ConfigureLibrary();
  const bool writes = mode != Mode::kReadOnly;
  const int flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle, file));
  if (code != SQLITE_OK) return connection->Error(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  RETURN_IF_ERROR(connection->Execute(
      fmt::format("PRAGMA cache_size = -{}; PRAGMA foreign_keys = ON;", cache_kib)));
  if (mode == Mode::kScratch) {
    RETURN_IF_ERROR(connection->Execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;"));
  } else if (writes) {
    RETURN_IF_ERROR(
        connection->Execute(fmt::format("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                        " PRAGMA wal_autocheckpoint = {};",
                                        kCheckpointPages)));
  }
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Statement Connection::Prepare(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) Note(Error(code)).IgnoreError();
  }
  return Statement(*this, statement);
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Note(Error(code));
}

absl::Status Connection::CopyTo(Connection& target, const CopyVisitor& visit) {
  constexpr int kPagesPerStep = 2000;
  // A read transaction holds the view: without one each commit of another would begin the copy
  // anew.
  RETURN_IF_ERROR(Execute("BEGIN; SELECT count(*) FROM sqlite_schema"));
  sqlite3_backup* const copy = sqlite3_backup_init(target.handle_, "main", handle_, "main");
  int code = SQLITE_OK;
  while (copy != nullptr && code == SQLITE_OK) {
    code = sqlite3_backup_step(copy, kPagesPerStep);
    const int total = sqlite3_backup_pagecount(copy);
    visit(total - sqlite3_backup_remaining(copy), total);
  }
  // The error stands with the target, whichever of both it came from.
  sqlite3_backup_finish(copy);
  const absl::Status copied = copy != nullptr && code == SQLITE_DONE
                                  ? absl::OkStatus()
                                  : target.Error(sqlite3_extended_errcode(target.handle_));
  RETURN_IF_ERROR(Execute("COMMIT"));
  return copied;
}

absl::Status Connection::Error(int code) const {
  return StoreError(code, handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_),
                    file_);
}

absl::Status Connection::Note(absl::Status status) {
  if (failure_.ok()) failure_ = status;
  return status;
}

}  // namespace entrepot::store
