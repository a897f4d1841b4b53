#include "postgres_session.h"

#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <chrono>

#include "postgres_rows.h"
#include "postgres_text.h"

namespace entrepot::sql {
namespace {

// How long a session that was left behind may take to end when it is told to.
constexpr std::chrono::milliseconds kEndMax(3000);

OwnText CellOf(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::nullopt;
  return std::string(PQgetvalue(result, row, column),
                     static_cast<size_t>(PQgetlength(result, row, column)));
}

std::string ValueOf(const Result& result, int row, int column) {
  return CellOf(result.get(), row, column).value_or("");
}

// Names and cells of a returned row, but for `skip_first` and `skip_last` columns.
void TakeReturned(const PGresult* result, int row, int skip_first, int skip_last, RowResult* to) {
  for (int i = skip_first; i < PQnfields(result) - skip_last; ++i) {
    to->returned.push_back(CellOf(result, row, i));
  }
}

void TakeNames(const PGresult* result, int skip_first, int skip_last, RowResults* to) {
  if (!to->names.empty()) return;
  for (int i = skip_first; i < PQnfields(result) - skip_last; ++i) {
    to->names.emplace_back(PQfname(result, i));
  }
}

bool Affected(const PGresult* result) {
  const std::string count = PQcmdTuples(const_cast<PGresult*>(result));
  return PQntuples(result) > 0 || (!count.empty() && count != "0");
}

}  // namespace

PostgresSession::PostgresSession(const PostgresOptions& options, Purpose purpose,
                                 const sdk::Call& call)
    : call_(&call), connection_(options, purpose == Purpose::kWrite ? "write" : "read", call) {}

void PostgresSession::Use(const sdk::Call* call) {
  call_ = call;
  connection_.Use(call);
}

bool PostgresSession::Answers() {
  if (!usable()) return false;
  try {
    connection_.Run("SELECT");
  } catch (const SqlError&) {
    return false;
  }
  return true;
}

void PostgresSession::Begin(Mode mode) {
  connection_.Run(mode == Mode::kWrite ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                       : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  in_transaction_ = true;
}

void PostgresSession::Commit() {
  in_transaction_ = false;
  const Result result = connection_.Run("COMMIT");
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
    throw SqlError(Trouble::kRetry, "the transaction was rolled back instead of committed");
  }
}

void PostgresSession::Rollback() noexcept {
  if (!in_transaction_ || !usable()) return;
  in_transaction_ = false;
  try {
    connection_.Run("ROLLBACK");
  } catch (...) {
    // The server rolls back when the connection ends, which it has.
  }
}

std::unique_ptr<Rows> PostgresSession::Query(const std::string& sql,
                                             const std::vector<Text>& parameters) {
  return std::make_unique<PostgresRows>(&connection_, sql, parameters);
}

std::vector<std::string> PostgresSession::ParameterTypes(const std::string& name) {
  const Result described = connection_.DescribePrepared(name);
  std::string numbers = "{";
  for (int i = 0; i < PQnparams(described.get()); ++i) {
    if (i > 0) numbers += ',';
    numbers += std::to_string(PQparamtype(described.get(), i));
  }
  numbers += '}';
  const Result names = connection_.Run(
      "SELECT format_type(t, NULL) FROM unnest($1::oid[]) WITH ORDINALITY AS a (t, n) ORDER BY n",
      {numbers});
  std::vector<std::string> types;
  for (int i = 0; i < PQntuples(names.get()); ++i) types.push_back(ValueOf(names, i, 0));
  return types;
}

const PostgresSession::Prepared& PostgresSession::PrepareOnce(const Statement& statement) {
  const std::string text = statement.Text('$');
  const auto known = prepared_.find(text);
  if (known != prepared_.end()) return known->second;
  Prepared prepared;
  prepared.name = "entrepot_" + std::to_string(prepared_.size());
  connection_.Prepare(prepared.name, text);
  prepared.types = ParameterTypes(prepared.name);
  PrepareArray(statement, &prepared);
  return prepared_.emplace(text, std::move(prepared)).first->second;
}

// A statement that the server does not take in this form is run row by row.
void PostgresSession::PrepareArray(const Statement& statement, Prepared* prepared) {
  prepared->array = ForArrays(statement, prepared->types);
  if (!prepared->array) return;
  prepared->array_name = prepared->name + "_array";
  connection_.Run("SAVEPOINT entrepot_prepare");
  try {
    connection_.Prepare(prepared->array_name, prepared->array->text);
  } catch (const SqlError& error) {
    if (!usable()) throw;
    connection_.Run("ROLLBACK TO SAVEPOINT entrepot_prepare");
    call_->log().Debug("`" + statement.option() + "` is run row by row: " + error.message());
    prepared->array.reset();
  }
  connection_.Run("RELEASE SAVEPOINT entrepot_prepare");
}

RowResults PostgresSession::RunForAll(const Statement& statement,
                                      const ParameterTable& parameters) {
  RowResults results;
  results.rows.resize(parameters.rows);
  if (parameters.rows == 0) return results;
  RunRange(PrepareOnce(statement), parameters, {0, parameters.rows}, &results);
  return results;
}

// All of the range, or else each half: so a bad row is found in as many steps as its number has
// binary digits.
void PostgresSession::RunRange(const Prepared& prepared, const ParameterTable& parameters,
                               Range range, RowResults* results) {
  connection_.Run("SAVEPOINT entrepot_rows");
  try {
    RunTogether(prepared, parameters, range, results);
    connection_.Run("RELEASE SAVEPOINT entrepot_rows");
    return;
  } catch (const SqlError& error) {
    if (error.trouble() != Trouble::kRow || !usable()) throw;
    connection_.Run("ROLLBACK TO SAVEPOINT entrepot_rows");
    connection_.Run("RELEASE SAVEPOINT entrepot_rows");
    for (size_t row = range.begin; row < range.end; ++row) results->rows[row] = {};
    if (range.size() == 1) {
      results->rows[range.begin].refusal = error.message();
      return;
    }
  }
  const size_t middle = range.begin + range.size() / 2;
  RunRange(prepared, parameters, {range.begin, middle}, results);
  RunRange(prepared, parameters, {middle, range.end}, results);
}

// Within the savepoint entrepot_rows.
void PostgresSession::RunTogether(const Prepared& prepared, const ParameterTable& parameters,
                                  Range range, RowResults* results) {
  if (prepared.array && range.size() > 1) {
    if (RunArray(prepared, parameters, range, results)) return;
    connection_.Run("ROLLBACK TO SAVEPOINT entrepot_rows");
    for (size_t row = range.begin; row < range.end; ++row) results->rows[row] = {};
  }
  for (size_t row = range.begin; row < range.end; ++row) {
    RunSingle(prepared, parameters, row, results);
  }
}

// False: which returned row belongs to which row of parameters cannot be told.
bool PostgresSession::RunArray(const Prepared& prepared, const ParameterTable& parameters,
                               Range range, RowResults* results) {
  std::vector<std::string> arrays(parameters.width, "{");
  for (size_t column = 0; column < parameters.width; ++column) {
    for (size_t row = range.begin; row < range.end; ++row) {
      if (row > range.begin) arrays[column] += ',';
      AppendElement(parameters.At(row, column), &arrays[column]);
    }
    arrays[column] += '}';
  }
  std::vector<const char*> values;
  for (const std::string& array : arrays) values.push_back(array.c_str());
  const Result result = connection_.RunPrepared(prepared.array_name, values);
  const int count = PQntuples(result.get());
  const auto wanted = static_cast<int>(range.size());
  switch (prepared.array->order) {
    case ArrayStatement::Order::kNumbered:
      TakeNames(result.get(), 1, 0, results);
      for (int i = 0; i < count; ++i) {
        RowResult& row = results->rows[range.begin + std::stoul(ValueOf(result, i, 0)) - 1];
        if (!row.touched) TakeReturned(result.get(), i, 1, 0, &row);
        row.touched = true;
      }
      return true;
    case ArrayStatement::Order::kInOrder: {
      const int last = prepared.array->echo ? 1 : 0;
      if (count != wanted) return false;
      TakeNames(result.get(), 0, last, results);
      for (int i = 0; i < count; ++i) {
        const size_t row = range.begin + static_cast<size_t>(i);
        const bool same = last == 0 || CellOf(result.get(), i, PQnfields(result.get()) - 1) ==
                                           parameters.At(row, *prepared.array->echo);
        if (!same) return false;
        TakeReturned(result.get(), i, 0, last, &results->rows[row]);
        results->rows[row].touched = true;
      }
      return true;
    }
    case ArrayStatement::Order::kNone: break;
  }
  if (std::to_string(wanted) != PQcmdTuples(result.get())) return false;
  for (size_t row = range.begin; row < range.end; ++row) results->rows[row].touched = true;
  return true;
}

void PostgresSession::RunSingle(const Prepared& prepared, const ParameterTable& parameters,
                                size_t row, RowResults* results) {
  std::vector<const char*> values;
  for (size_t i = 0; i < parameters.width; ++i) {
    const OwnText& cell = parameters.At(row, i);
    values.push_back(cell ? cell->c_str() : nullptr);
  }
  const Result result = connection_.RunPrepared(prepared.name, values);
  TakeNames(result.get(), 0, 0, results);
  results->rows[row].touched = Affected(result.get());
  if (PQntuples(result.get()) > 0) TakeReturned(result.get(), 0, 0, 0, &results->rows[row]);
}

std::vector<std::string> PostgresSession::RoundedParameters(const Statement& statement) {
  std::vector<std::string> rounded;
  const std::vector<std::string>& types = PrepareOnce(statement).types;
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i] != "real" && types[i] != "double precision") continue;
    rounded.push_back(statement.parameters()[i] + " (" + types[i] + ")");
  }
  return rounded;
}

void PostgresSession::Explain(const Statement& statement) {
  connection_.Prepare("entrepot_check", statement.Text('$'));
  std::string nulls;
  for (size_t i = 0; i < statement.parameters().size(); ++i) nulls += i == 0 ? "NULL" : ", NULL";
  std::string explain = "EXPLAIN EXECUTE entrepot_check";
  if (!nulls.empty()) explain += "(" + nulls + ")";
  try {
    connection_.Run(explain);
  } catch (const SqlError&) {
    if (usable()) connection_.Run("DEALLOCATE entrepot_check");
    throw;
  }
  connection_.Run("DEALLOCATE entrepot_check");
}

OwnText PostgresSession::Floor(const Column& column, const OwnText&, int64_t lag_ms) {
  const std::string lag = std::to_string(lag_ms);
  const std::string& zone = connection_.options().time_zone;
  const std::string ago = "now() - $1::bigint * interval '1 millisecond'";
  if (column.type == "timestamp with time zone") {
    return ValueOf(connection_.Run("SELECT (" + ago + ")::text", {lag}), 0, 0);
  }
  if (column.type == "timestamp without time zone") {
    const Result floor =
        connection_.Run("SELECT ((" + ago + ") AT TIME ZONE $2)::text", {lag, zone});
    return ValueOf(floor, 0, 0);
  }
  if (column.type == "date") {
    const Result floor =
        connection_.Run("SELECT ((" + ago + ") AT TIME ZONE $2)::date::text", {lag, zone});
    return ValueOf(floor, 0, 0);
  }
  return std::nullopt;
}

bool PostgresSession::Before(const Column& column, const std::string& a, const std::string& b) {
  const std::string type = column.type.empty() ? "text" : column.type;
  const Result result = connection_.Run("SELECT $1::" + type + " < $2::" + type,
                                        {std::string_view(a), std::string_view(b)});
  return ValueOf(result, 0, 0) == "t";
}

bool PostgresSession::ProveAlone() {
  // Behind a pooler this number is not the server's, and the sessions are not ours to end.
  if (PQbackendPID(connection_.raw()) != connection_.server_process()) return false;
  const std::string name = ApplicationName(connection_.options(), "write");
  const auto deadline = std::chrono::steady_clock::now() + kEndMax;
  while (std::chrono::steady_clock::now() < deadline) {
    const Result others = connection_.Run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1 "
        "AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
        {std::string_view(name)});
    if (ValueOf(others, 0, 0) == "0") return true;
    call_->Sleep(std::chrono::milliseconds(20));
  }
  return false;
}

std::string PostgresSession::Version() {
  const Result version = connection_.Run("SHOW server_version");
  const std::string text = ValueOf(version, 0, 0);
  return "PostgreSQL " + text.substr(0, text.find(' '));
}

std::vector<Session::Table> PostgresSession::Tables(size_t tables_max) {
  const std::string limit = std::to_string(tables_max);
  const Result columns = connection_.Run(
      "SELECT CASE WHEN t.table_schema = current_schema() THEN t.table_name "
      "ELSE t.table_schema || '.' || t.table_name END, c.column_name "
      "FROM (SELECT table_schema, table_name FROM information_schema.tables "
      "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') "
      "ORDER BY table_schema <> current_schema(), table_schema, table_name LIMIT $1::int) AS t "
      "JOIN information_schema.columns AS c USING (table_schema, table_name) "
      "ORDER BY t.table_schema <> current_schema(), t.table_schema, t.table_name, "
      "c.ordinal_position",
      {std::string_view(limit)});
  std::vector<Table> tables;
  for (int i = 0; i < PQntuples(columns.get()); ++i) {
    const std::string name = ValueOf(columns, i, 0);
    if (tables.empty() || tables.back().name != name) tables.push_back({name, {}});
    tables.back().columns.push_back(ValueOf(columns, i, 1));
  }
  return tables;
}

}  // namespace entrepot::sql
