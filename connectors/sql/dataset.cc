#include "dataset.h"

#include <entrepot/sdk/connector.h>

#include "connection_options.h"

namespace entrepot::sql {
namespace {

using sdk::BadConfiguration;
using sdk::OptionType;

int64_t NotNegative(const std::string& name, int64_t value) {
  if (value < 0) throw BadConfiguration(name, "must not be negative");
  return value;
}

void ReadReading(const sdk::Options& given, DatasetOptions* options) {
  const std::string& table = given.Text("table");
  if (given.Has("query")) {
    options->query = Statement("query", given.Text("query"));
  } else if (!table.empty()) {
    options->query = Statement("table", "SELECT * FROM " + QuotedTable(table));
  }
  options->cursor = given.Text("cursor");
  options->cursor_key =
      given.Has("cursor_key") ? SplitNames(given.Text("cursor_key")) : options->key;
  options->lag_ms = NotNegative("lag", given.Duration("lag").count());
  options->lag_numbers = NotNegative("lag_numbers", given.Integer("lag_numbers"));
  if (given.Has("deletions")) options->deletions = Statement("deletions", given.Text("deletions"));
  options->deletions_cursor = given.Text("deletions_cursor");
  if (options->query.empty() && !options->cursor.empty()) {
    throw BadConfiguration("cursor", "is of no use without `query` or `table`");
  }
  if (!options->query.parameters().empty()) {
    throw BadConfiguration("query", "has the parameter :" + options->query.parameters()[0] +
                                        "; the hub reads on by `cursor` and `cursor_key` itself");
  }
  if (options->cursor.empty() && !options->deletions.empty()) {
    throw BadConfiguration("deletions",
                           "is of no use without `cursor`: a reading of everything "
                           "shows by itself what is gone");
  }
  if (!options->deletions.empty() && options->deletions_cursor.empty()) {
    throw BadConfiguration("deletions_cursor", "names no column of `deletions`");
  }
}

Statement ReadStatement(const sdk::Options& given, const std::string& name) {
  return given.Has(name) ? Statement(name, given.Text(name)) : Statement();
}

// An UPDATE or DELETE of everything is nobody's wish.
void CheckHasWhere(const Statement& statement) {
  const std::string verb = statement.Verb();
  if (verb != "UPDATE" && verb != "DELETE") return;
  for (const Token& token : statement.tokens()) {
    if (token.depth == 0 && token.Is("WHERE")) return;
  }
  throw BadConfiguration(statement.option(), "has no WHERE and would change every row");
}

void ReadWriting(const sdk::Options& given, DatasetOptions* options) {
  options->insert = ReadStatement(given, "insert");
  options->update = ReadStatement(given, "update");
  options->upsert = ReadStatement(given, "upsert");
  options->remove = ReadStatement(given, "delete");
  options->find = ReadStatement(given, "find");
  for (const Statement* statement :
       {&options->insert, &options->update, &options->upsert, &options->remove}) {
    CheckHasWhere(*statement);
  }
  const bool pair = !options->insert.empty() || !options->update.empty();
  if (pair && options->upsert.empty() && (options->insert.empty() || options->update.empty())) {
    throw BadConfiguration(options->insert.empty() ? "insert" : "update",
                           "is missing: give both `insert` and `update`, or `upsert`");
  }
  if (!options->find.empty() && options->find.Verb() != "SELECT") {
    throw BadConfiguration("find", "must be a SELECT");
  }
}

}  // namespace

std::string DatasetOptions::Order() const {
  std::string order = cursor;
  for (const std::string& name : cursor_key) order += "," + name;
  return order + ";" + deletions_cursor;
}

std::vector<const Statement*> DatasetOptions::Statements() const {
  std::vector<const Statement*> all;
  for (const Statement* statement :
       {&query, &deletions, &find, &insert, &update, &upsert, &remove}) {
    if (!statement->empty()) all.push_back(statement);
  }
  return all;
}

void DescribeDataset(sdk::ManifestBuilder& about) {
  about.DatasetOption("table", OptionType::kText,
                      "A table or view that is read whole; instead of `query`.");
  about.DatasetOption("query", OptionType::kText, "A SELECT of all rows and columns to be read.");
  about.DatasetOption("cursor", OptionType::kText,
                      "Column of `query` that grows with every change: a time of change, a number "
                      "from a sequence. Without it everything is read each time.");
  about.DatasetOption("cursor_key", OptionType::kText,
                      "Columns of `query` that tell rows with the same cursor apart, separated by "
                      "commas; the mapping's key when not given.");
  about
      .DatasetOption(
          "lag", OptionType::kDuration,
          "How long a transaction may take from setting `cursor`, a time, to its commit: "
          "rows as young as this are read again.")
      .Default("5000");
  about
      .DatasetOption(
          "lag_numbers", OptionType::kInteger,
          "The same for a `cursor` of numbers: so many below the highest are read again.")
      .Default("0");
  about.DatasetOption(
      "deletions", OptionType::kText,
      "A SELECT of the keys of rows that were deleted, from a table that keeps them.");
  about.DatasetOption("deletions_cursor", OptionType::kText,
                      "Column of `deletions` that grows with every deletion.");
  about.DatasetOption("insert", OptionType::kText,
                      "Makes a row for a new record; with RETURNING for a key that the database "
                      "gives. Parameters: :column, :correlation_key, :revision.");
  about.DatasetOption("update", OptionType::kText,
                      "Changes the row of a known record; :outside_id is its key.");
  about.DatasetOption("upsert", OptionType::kText,
                      "Instead of `insert` and `update`, where the hub's own key is the table's.");
  about.DatasetOption("delete", OptionType::kText,
                      "Takes the row of a deleted record away, or marks it.");
  about.DatasetOption("find", OptionType::kText,
                      "A SELECT of the key of the row with :correlation_key or :outside_id; so a "
                      "lost answer is settled.");
}

DatasetOptions ReadDataset(const sdk::DatasetSettings& settings) {
  DatasetOptions options;
  options.name = settings.name;
  options.key = settings.key;
  try {
    ReadReading(settings.options, &options);
    ReadWriting(settings.options, &options);
  } catch (const sdk::Error& error) {
    throw sdk::Error(error.status(), "dataset '" + settings.name + "': " + error.message());
  }
  return options;
}

}  // namespace entrepot::sql
