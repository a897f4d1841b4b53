#include "sqlite_session.h"

#include <entrepot/sdk/connector.h>
#include <time.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <thread>

#include "sqlite_rows.h"
#include "utf8.h"

namespace entrepot::sql {
namespace {

// Virtual machine instructions between two looks at the call.
constexpr int kInstructionsPerLook = 1000;

int64_t MonotonicMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Trouble TroubleOf(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Trouble::kRetry;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE: return Trouble::kRow;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return Trouble::kDenied;
    case SQLITE_ERROR:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_SCHEMA: return Trouble::kConfiguration;
    default: return Trouble::kUnavailable;  // full, input and output, memory, corruption
  }
}

bool IsInteger(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool plain =
      !digits.empty() && digits.size() <= 18 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return plain && (digits.size() == 1 || digits[0] != '0');
}

int64_t IntegerOf(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What was read from an integer column has to be compared as a number where the query's expression
// has no type; a column of texts makes a text of it again.
void BindExact(sqlite3_stmt* statement, int index, const Text& text) {
  if (!text) {
    sqlite3_bind_null(statement, index);
  } else if (IsInteger(*text)) {
    sqlite3_bind_int64(statement, index, IntegerOf(*text));
  } else {
    sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                      SQLITE_TRANSIENT);
  }
}

std::string Unquoted(const std::string& name) {
  const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
  return quoted ? name.substr(1, name.size() - 2) : name;
}

// SQLite's rules of affinity: texts and whole numbers stay as they are, all else may become REAL.
bool Rounds(std::string_view type) {
  std::string upper(type);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper.empty()) return false;
  for (const char* exact : {"INT", "CHAR", "CLOB", "TEXT", "BLOB", "DATE", "BOOL"}) {
    if (upper.find(exact) != std::string::npos) return false;
  }
  return true;
}

OwnText ReadText(sqlite3_stmt* statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement, column)));
}

}  // namespace

SqliteSession::SqliteSession(const SqliteOptions& options, Purpose purpose, const sdk::Call& call)
    : options_(options), call_(&call) {
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (purpose == Purpose::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(options.file.c_str(), &database_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string why = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
    sqlite3_close(database_);
    throw SqlError(TroubleOf(code), "the file " + options.file + " cannot be opened: " + why);
  }
  try {
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_progress_handler(database_, kInstructionsPerLook, Progress, this);
    sqlite3_busy_handler(database_, Busy, this);
    Run("PRAGMA foreign_keys = ON");
    const Prepared mode = Prepare("PRAGMA journal_mode");
    Limit();
    if (Step(mode.get())) write_ahead_log_ = ReadText(mode.get(), 0) == "wal";
  } catch (...) {
    sqlite3_close(database_);
    throw;
  }
}

SqliteSession::~SqliteSession() { sqlite3_close_v2(database_); }

int SqliteSession::Progress(void* self) {
  auto& session = *static_cast<SqliteSession*>(self);
  session.too_long_ = MonotonicMs() > session.statement_ends_ms_;
  return session.too_long_ || session.call_->cancelled() ? 1 : 0;
}

int SqliteSession::Busy(void* self, int tries) {
  const auto& session = *static_cast<SqliteSession*>(self);
  constexpr std::chrono::milliseconds kPause(10);
  if (tries * kPause.count() >= session.options_.lock_max_ms) return 0;
  if (session.call_->cancelled()) return 0;
  std::this_thread::sleep_for(kPause);
  return 1;
}

void SqliteSession::Throw(int code) {
  if (call_->cancelled()) throw sdk::Interrupted();
  if ((code & 0xff) == SQLITE_INTERRUPT && too_long_) {
    throw SqlError(Trouble::kRetry, "a statement on " + options_.file + " took longer than " +
                                        std::to_string(options_.statement_max_ms) +
                                        " ms (statement_time_max)");
  }
  throw SqlError(TroubleOf(code), OneLine(sqlite3_errmsg(database_)));
}

SqliteSession::Prepared SqliteSession::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) Throw(code);
  return Prepared(statement);
}

void SqliteSession::Limit() { statement_ends_ms_ = MonotonicMs() + options_.statement_max_ms; }

bool SqliteSession::Step(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) Throw(code);
  return false;
}

void SqliteSession::Run(const char* sql) {
  const Prepared statement = Prepare(sql);
  Limit();
  while (Step(statement.get())) {
  }
}

void SqliteSession::Begin(Mode mode) {
  Run(mode == Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  in_transaction_ = true;
}

void SqliteSession::Commit() {
  Run("COMMIT");
  in_transaction_ = false;
}

void SqliteSession::Rollback() noexcept {
  if (!in_transaction_) return;
  in_transaction_ = false;
  // Not through Step: a cancelled call must not keep it from happening.
  sqlite3_progress_handler(database_, 0, nullptr, nullptr);
  sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_progress_handler(database_, kInstructionsPerLook, Progress, this);
}

std::unique_ptr<Rows> SqliteSession::Query(const std::string& sql,
                                           const std::vector<Text>& parameters) {
  return std::make_unique<SqliteRows>(this, sql, parameters);
}

RowResults SqliteSession::RunForAll(const Statement& statement, const ParameterTable& parameters) {
  RowResults results;
  results.rows.resize(parameters.rows);
  const Prepared prepared = Prepare(statement.Text('?'));
  for (int i = 0; i < sqlite3_column_count(prepared.get()); ++i) {
    results.names.emplace_back(sqlite3_column_name(prepared.get(), i));
  }
  for (size_t row = 0; row < parameters.rows; ++row) {
    call_->ThrowIfCancelled();
    Limit();
    sqlite3_reset(prepared.get());
    for (size_t i = 0; i < parameters.width; ++i) {
      const OwnText& cell = parameters.At(row, i);
      const int index = static_cast<int>(i) + 1;
      if (!cell) {
        sqlite3_bind_null(prepared.get(), index);
      } else {
        sqlite3_bind_text(prepared.get(), index, cell->data(), static_cast<int>(cell->size()),
                          SQLITE_STATIC);
      }
    }
    RowResult& result = results.rows[row];
    const int before = sqlite3_total_changes(database_);
    try {
      bool first = true;
      while (Step(prepared.get())) {
        for (int i = 0; first && i < sqlite3_column_count(prepared.get()); ++i) {
          result.returned.push_back(ReadText(prepared.get(), i));
        }
        first = false;
      }
      result.touched = !first || sqlite3_total_changes(database_) > before;
    } catch (const SqlError& error) {
      // The statement has undone itself; the transaction goes on.
      if (error.trouble() != Trouble::kRow || sqlite3_get_autocommit(database_) != 0) throw;
      result.returned.clear();
      result.refusal = error.message();
    }
  }
  return results;
}

std::vector<std::string> SqliteSession::RoundedParameters(const Statement& statement) {
  std::vector<std::string> rounded;
  const PlainInsert insert = ReadInsert(statement);
  for (const PlainColumn& column : insert.columns) {
    const char* type = nullptr;
    const int code = sqlite3_table_column_metadata(
        database_, nullptr, Unquoted(insert.table).c_str(), Unquoted(column.column).c_str(), &type,
        nullptr, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK && type != nullptr && Rounds(type)) {
      rounded.push_back(column.parameter + " (" + type + ")");
    }
  }
  return rounded;
}

void SqliteSession::Explain(const Statement& statement) { Prepare(statement.Text('?')); }

// Unix seconds or milliseconds, or a text like "2026-11-25 02:28:03.123", in UTC.
OwnText SqliteSession::Floor(const Column&, const OwnText& example, int64_t lag_ms) {
  if (!example) return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t floor_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count() - lag_ms;
  if (IsInteger(*example)) {
    // Smaller numbers would be times of last century.
    constexpr int64_t kSecondsFrom = 1'000'000'000;
    constexpr int64_t kMillisecondsFrom = 100'000'000'000;
    if (IntegerOf(*example) < kSecondsFrom) return std::nullopt;
    const bool milliseconds = IntegerOf(*example) >= kMillisecondsFrom;
    return std::to_string(milliseconds ? floor_ms : floor_ms / 1000);
  }
  if (example->size() < 10 || (*example)[4] != '-' || (*example)[7] != '-') return std::nullopt;
  const time_t seconds = floor_ms / 1000;
  tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[64];
  if (example->size() < 19) {
    strftime(text, sizeof(text), "%Y-%m-%d", &parts);
    return std::string(text);
  }
  strftime(text, sizeof(text), (*example)[10] == 'T' ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S",
           &parts);
  return std::string(text);
}

bool SqliteSession::Before(const Column&, const std::string& a, const std::string& b) {
  if (IsInteger(a) && IsInteger(b)) return IntegerOf(a) < IntegerOf(b);
  return a < b;
}

std::string SqliteSession::Version() { return std::string("SQLite ") + sqlite3_libversion(); }

int64_t SqliteSession::DataVersion() {
  const Prepared version = Prepare("PRAGMA data_version");
  Limit();
  return Step(version.get()) ? sqlite3_column_int64(version.get(), 0) : 0;
}

std::vector<Session::Table> SqliteSession::Tables(size_t tables_max) {
  const Prepared query = Prepare(
      "SELECT m.name, c.name FROM (SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT ?1) AS m "
      "JOIN pragma_table_info(m.name) AS c ORDER BY m.name, c.cid");
  sqlite3_bind_int64(query.get(), 1, static_cast<int64_t>(tables_max));
  Limit();
  std::vector<Table> tables;
  while (Step(query.get())) {
    const std::string name = ReadText(query.get(), 0).value_or("");
    if (tables.empty() || tables.back().name != name) tables.push_back({name, {}});
    tables.back().columns.push_back(ReadText(query.get(), 1).value_or(""));
  }
  return tables;
}

SqliteRows::SqliteRows(SqliteSession* session, const std::string& sql,
                       const std::vector<Text>& parameters)
    : session_(session), statement_(session->Prepare(sql)) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    BindExact(statement_.get(), static_cast<int>(i) + 1, parameters[i]);
  }
  for (int i = 0; i < sqlite3_column_count(statement_.get()); ++i) {
    const char* const type = sqlite3_column_decltype(statement_.get(), i);
    columns_.push_back({sqlite3_column_name(statement_.get(), i), type == nullptr ? "" : type});
  }
}

bool SqliteRows::Next() {
  session_->Limit();
  return session_->Step(statement_.get());
}

Text SqliteRows::Exact(size_t column) {
  sqlite3_stmt* const statement = statement_.get();
  const int at = static_cast<int>(column);
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_NULL: return std::nullopt;
    case SQLITE_FLOAT: {
      // SQLite's own text of it stops at 15 digits.
      columns_[column].rounds = true;
      char text[512];
      const auto end =
          std::to_chars(text, text + sizeof(text), sqlite3_column_double(statement, at),
                        std::chars_format::fixed);
      buffer_.assign(text, end.ptr);
      return buffer_;
    }
    case SQLITE_BLOB:
      throw SqlError(Trouble::kConfiguration,
                     "column '" + columns_[column].name +
                         "' holds bytes, which have no text of their own: select hex(" +
                         columns_[column].name + ") AS " + columns_[column].name + " instead");
    default: break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
  const std::string_view cell(text, static_cast<size_t>(sqlite3_column_bytes(statement, at)));
  if (!IsUtf8(cell)) {
    throw SqlError(Trouble::kRow, "column '" + columns_[column].name +
                                      "' holds bytes that are no "
                                      "text in UTF-8");
  }
  return cell;
}

}  // namespace entrepot::sql
