// What the connector needs of a database, behind which PostgreSQL and SQLite stand. Values travel
// as text, in both directions. Everything is used by one call at a time; no method outlasts the
// call's cancellation by more than a second: it throws sdk::Interrupted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql_error.h"
#include "statement.h"

namespace entrepot::sdk {
class Call;
}

namespace entrepot::sql {

// A parameter or a cell; nullopt: SQL's NULL.
using Text = std::optional<std::string_view>;
using OwnText = std::optional<std::string>;

struct Column {
  std::string name;
  // The database's name of its type, where it is known.
  std::string type;
  // The database itself keeps such values in binary floating point.
  bool rounds = false;
};

// The rows of a query, forward only.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual const std::vector<Column>& columns() const = 0;
  // Goes to the next row; false: there are no more. Throws SqlError.
  virtual bool Next() = 0;
  // Of the row; valid until the next call. Moments come as ISO 8601 with "Z" where the database
  // knows them to be moments. Throws SqlError for binary values.
  virtual Text Cell(size_t column) = 0;
  // As Cell, but in a form that the database takes back as a parameter without loss.
  virtual Text Exact(size_t column) = 0;
};

// Parameters of a statement for many rows: row after row, each with as many as the statement has.
struct ParameterTable {
  size_t width = 0;
  size_t rows = 0;
  std::vector<OwnText> cells;
  const OwnText& At(size_t row, size_t column) const { return cells[row * width + column]; }
};

// What a statement did for one row of parameters.
struct RowResult {
  // It changed, made or found at least one row.
  bool touched = false;
  // The database refuses this row: why, in one sentence.
  std::string refusal;
  // The first row that it returned, if it returned any; names in `names`.
  std::vector<OwnText> returned;
};

struct RowResults {
  std::vector<std::string> names;
  std::vector<RowResult> rows;  // one for each row of parameters
};

// A connection to the database.
class Session {
 public:
  virtual ~Session() = default;
  // The call that uses the session from here on; it outlives its use.
  virtual void Use(const sdk::Call* call) = 0;
  virtual const sdk::Call& call() const = 0;
  // False: it is broken, and a new one is needed.
  virtual bool usable() = 0;
  // The same, after asking the database itself. Of use before a session is used again.
  virtual bool Answers() = 0;

  enum class Mode {
    kWrite,
    kSnapshot,  // sees the database as it is at its first query, and changes nothing
  };
  virtual void Begin(Mode mode) = 0;
  // Throws SqlError of kind kLost where it is not known whether it took effect.
  virtual void Commit() = 0;
  // Of no effect outside a transaction.
  virtual void Rollback() noexcept = 0;

  // Before the number of a parameter in Query's texts: "$1" or "?1".
  virtual char mark() const = 0;
  // Runs a query whose rows may come bit by bit. One at a time is open, and none outlives the
  // transaction. REQUIRES: a transaction.
  virtual std::unique_ptr<Rows> Query(const std::string& sql,
                                      const std::vector<Text>& parameters) = 0;
  // May the rows of a query stay open from call to call without being in anybody's way?
  virtual bool keeps_queries() const = 0;

  // Runs a statement for each row of parameters. A row that the database refuses is left out, the
  // others take effect. REQUIRES: a transaction. Throws SqlError for anything that is not one
  // row's fault; the transaction is to be rolled back then.
  virtual RowResults RunForAll(const Statement& statement, const ParameterTable& parameters) = 0;

  // The parameters of a statement that the database will keep in binary floating point, as far as
  // it tells: "credit (double precision)".
  virtual std::vector<std::string> RoundedParameters(const Statement& statement) = 0;

  // Would the database run this? Throws SqlError that says why not. Changes nothing.
  virtual void Explain(const Statement& statement) = 0;

  // The present time less `lag_ms` as a value of a cursor column: rows that are committed later
  // bear a later one. nullopt: the column holds no times.
  virtual OwnText Floor(const Column& column, const OwnText& example, int64_t lag_ms) = 0;
  // Is `a` before `b`, as values of that column?
  virtual bool Before(const Column& column, const std::string& a, const std::string& b) = 0;

  // Is it proven that no other session of this connection's, from before, can write any more?
  virtual bool ProveAlone() = 0;

  // "PostgreSQL 15.3".
  virtual std::string Version() = 0;
  // Tables and views that may be read, as "schema.table" where that is not the usual schema, with
  // their columns; at most `tables_max`.
  struct Table {
    std::string name;
    std::vector<std::string> columns;
  };
  virtual std::vector<Table> Tables(size_t tables_max) = 0;
};

// Waits for changes, on a connection of its own.
class Listener {
 public:
  virtual ~Listener() = default;
  // True: there was one since the call before, or nothing was looked at until now. False: the time
  // is over, or Wake. Throws SqlError; sdk::Interrupted.
  virtual bool Wait(const sdk::Call& call, int64_t timeout_ms) = 0;
  // Any thread: a Wait that runs, or the next one, returns.
  virtual void Wake() = 0;
};

enum class Purpose { kRead, kWrite };

// Opens sessions to one database, as configured. Immutable.
class Database {
 public:
  virtual ~Database() = default;
  // Throws SqlError.
  virtual std::unique_ptr<Session> Connect(const sdk::Call& call, Purpose purpose) const = 0;
  // nullptr: it cannot tell; PostgreSQL without channels.
  virtual std::unique_ptr<Listener> Listen(const std::vector<std::string>& channels) const = 0;
  // "PostgreSQL at crm.example:5432/crm": for people.
  virtual std::string Name() const = 0;
};

}  // namespace entrepot::sql
