// SQLite's C API as C++ values: a connection, and statements that are prepared once. The only file
// beside database.cc that sees sqlite3.h. A connection and its statements belong to one thread at a
// time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace entrepot::store {

// An error of SQLite as a sentence with the file's path: UNAVAILABLE (STORE_FULL, STORE_BUSY,
// STORE_READ_ONLY, STORE_IO), DATA_LOSS (STORE_CORRUPT), INTERNAL (STORE_BUG: the SQL is wrong).
absl::Status StoreError(int code, std::string_view detail, const std::filesystem::path& file);
// What was read does not have the form in which it was written.
absl::Status CorruptError(std::string_view what);

// Microseconds since 1970; the infinite ones are kept as such.
int64_t ToMicros(absl::Time time);
absl::Time FromMicros(int64_t micros);

class Connection;

// One run of a prepared statement: bind in order, then step. Resets itself at the end.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* handle)
      : connection_(&connection), handle_(handle) {}
  Statement(Statement&& other) noexcept
      : connection_(other.connection_), handle_(other.handle_), next_(other.next_) {
    other.handle_ = nullptr;
  }
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Text and bytes are not copied: they outlive the last step.
  Statement& Bind(int64_t value);
  Statement& BindText(std::string_view text);
  Statement& BindBlob(std::string_view bytes);
  // Unsigned numbers keep their bits.
  Statement& Bind(uint64_t value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(int value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(uint32_t value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(bool value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(absl::Time time) { return Bind(ToMicros(time)); }

  // True: a row is there.
  absl::StatusOr<bool> Step();
  // Steps to the end; for statements without rows.
  absl::Status Run();
  // As new, for the next run with other values.
  void Reset();

  int64_t Int(int column) const { return sqlite3_column_int64(handle_, column); }
  uint64_t Uint(int column) const { return static_cast<uint64_t>(Int(column)); }
  absl::Time Time(int column) const { return FromMicros(Int(column)); }
  bool IsNull(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  // Valid until the next step.
  std::string_view View(int column) const;
  std::string Text(int column) const { return std::string(View(column)); }

 private:
  Connection* connection_;
  sqlite3_stmt* handle_;
  int next_ = 1;
};

class Connection {
 public:
  // kScratch: one file without a WAL, whose owner writes it to the disk himself at the end.
  enum class Mode { kReadWrite, kReadOnly, kScratch };
  // The file is there. Sets WAL, FULL (unless kScratch), foreign keys and the cache of `cache_kib`.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::filesystem::path& file,
                                                          Mode mode, int cache_kib);
  ~Connection();
  Connection(const Connection&) = delete;

  // `sql` is a constant: its address is the statement's name. One run at a time.
  Statement Prepare(const char* sql);
  // Copies the whole file as of now into an empty one, page by page; commits of others go on
  // meanwhile. `visit` gets pages done and in all.
  using CopyVisitor = std::function<void(int64_t done, int64_t total)>;
  absl::Status CopyTo(Connection& target, const CopyVisitor& visit);
  // Several statements without values and rows.
  absl::Status Execute(const std::string& sql);
  // False after SQLite has rolled back by itself, as it does when the disk is full.
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  int64_t changes() const { return sqlite3_changes(handle_); }
  // The error of the last call that failed.
  absl::Status Error(int code) const;
  // OK, or the first error since ClearFailure: a transaction that met one must not commit.
  const absl::Status& failure() const { return failure_; }
  void ClearFailure() { failure_ = absl::OkStatus(); }
  const std::filesystem::path& file() const { return file_; }

 private:
  friend class Statement;
  Connection(sqlite3* handle, std::filesystem::path file)
      : handle_(handle), file_(std::move(file)) {}
  absl::Status Note(absl::Status status);

  sqlite3* handle_;
  std::filesystem::path file_;
  absl::flat_hash_map<const char*, sqlite3_stmt*> statements_;
  absl::Status failure_;
};

}  // namespace entrepot::store
