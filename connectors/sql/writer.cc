#include "writer.h"

#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "key.h"

namespace entrepot::sql {
namespace {

using sdk::ApplyOutcome;
using sdk::ApplyResult;

void Set(ApplyOutcome outcome, const std::string& message, ApplyResult* result) {
  result->outcome = outcome;
  result->message = message;
  if (outcome != ApplyOutcome::kApplied) result->outside_id.clear();
}

bool Settled(const ApplyResult& result) { return result.outcome == ApplyOutcome::kRefused; }

uint64_t NumberOf(const OwnText& text) {
  uint64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

}  // namespace

// A request, and where its columns are.
struct Writer::Work {
  const sdk::ApplyRequest& request;
  std::map<std::string, size_t> columns;
  // The ids that are known, or found, by item.
  mutable std::vector<std::string> outside_ids;

  const sdk::ApplyItem& item(size_t index) const { return request.items[index]; }
  bool deleted(size_t index) const { return item(index).record && item(index).record->deleted; }
  OwnText Cell(size_t index, size_t column) const {
    if (!item(index).row) return std::nullopt;
    const Text cell = sdk::CellOf(*item(index).row, column);
    return cell ? OwnText(std::string(*cell)) : std::nullopt;
  }
};

void Writer::Apply(Session* session, const sdk::ApplyRequest& request,
                   sdk::ApplyResponse* response) const {
  Work work{request, {}, {}};
  for (size_t i = 0; i < request.columns.size(); ++i) work.columns.emplace(request.columns[i], i);
  Indices all;
  for (size_t i = 0; i < request.items.size(); ++i) {
    work.outside_ids.push_back(request.items[i].outside_id);
    all.push_back(i);
  }
  response->results.resize(all.size());
  if (!all.empty()) ApplyTogether(session, work, all, &response->results);
}

void Writer::ApplyTogether(Session* session, const Work& work, const Indices& items,
                           std::vector<ApplyResult>* results) const {
  bool committing = false;
  const auto fail = [&](ApplyOutcome outcome, const std::string& message) {
    for (const size_t item : items) {
      if (!Settled((*results)[item])) Set(outcome, message, &(*results)[item]);
    }
  };
  try {
    session->Begin(Session::Mode::kWrite);
    Run(session, work, items, results);
    committing = true;
    session->Commit();
  } catch (const SqlError& error) {
    session->Rollback();
    if (committing && error.trouble() == Trouble::kLost) {
      return fail(ApplyOutcome::kUnknown,
                  "the connection broke while the database was to commit: " + error.message());
    }
    if (!committing || error.trouble() != Trouble::kRow) {
      return fail(ApplyOutcome::kNotSent, error.message());
    }
    // A constraint that is looked at only now: one of them does not keep it.
    if (items.size() == 1) return fail(ApplyOutcome::kRefused, error.message());
    for (const size_t item : items) (*results)[item] = {};
    const auto middle = items.begin() + static_cast<ptrdiff_t>(items.size() / 2);
    ApplyTogether(session, work, Indices(items.begin(), middle), results);
    ApplyTogether(session, work, Indices(middle, items.end()), results);
  } catch (const sdk::Error& error) {
    session->Rollback();
    fail(committing ? ApplyOutcome::kUnknown : ApplyOutcome::kNotSent, error.message());
  }
}

void Writer::Run(Session* session, const Work& work, const Indices& items,
                 std::vector<ApplyResult>* results) const {
  FindKnown(session, work, items, results);
  Indices gone, known, made;
  for (const size_t item : items) {
    if (Settled((*results)[item])) continue;
    if (work.deleted(item)) {
      gone.push_back(item);
    } else if (!work.outside_ids[item].empty() && !options_.update.empty()) {
      known.push_back(item);
    } else {
      made.push_back(item);
    }
  }
  Indices removed;
  for (const size_t item : gone) {
    if (!options_.remove.empty() && !work.outside_ids[item].empty()) {
      removed.push_back(item);
    } else if (work.outside_ids[item].empty() && !options_.find.empty()) {
      Set(ApplyOutcome::kApplied, "", &(*results)[item]);  // it is not there
    } else {
      Set(ApplyOutcome::kRefused,
          "the record was deleted, and the dataset has no `delete` to say what is to become of its "
          "row",
          &(*results)[item]);
    }
  }
  RunStatement(session, options_.remove, work, removed, results);
  RunStatement(session, options_.update, work, known, results);
  RunStatement(session, options_.insert.empty() ? options_.upsert : options_.insert, work, made,
               results);
}

// What the hub has no id for may be there all the same: entered by hand with the hub's number, or
// by an attempt whose answer was lost.
void Writer::FindKnown(Session* session, const Work& work, const Indices& items,
                       std::vector<ApplyResult>* results) const {
  Indices unknown;
  for (const size_t item : items) {
    if (work.outside_ids[item].empty()) unknown.push_back(item);
  }
  if (unknown.empty() || options_.find.empty()) return;
  const Statement& find = options_.find;
  ParameterTable table{find.parameters().size(), unknown.size(), {}};
  for (const size_t item : unknown) {
    for (const std::string& name : find.parameters()) {
      table.cells.push_back(Parameter(find, name, work, item, ""));
    }
  }
  const RowResults found = session->RunForAll(find, table);
  for (size_t i = 0; i < unknown.size(); ++i) {
    const RowResult& row = found.rows[i];
    if (!row.refusal.empty()) {
      Set(ApplyOutcome::kRefused, "`find`: " + row.refusal, &(*results)[unknown[i]]);
    } else if (row.touched) {
      work.outside_ids[unknown[i]] = OutsideId(found, row);
    }
  }
}

void Writer::RunStatement(Session* session, const Statement& statement, const Work& work,
                          const Indices& items, std::vector<ApplyResult>* results) const {
  if (items.empty()) return;
  if (statement.empty()) {
    throw SqlError(Trouble::kConfiguration,
                   "dataset '" + options_.name + "' has neither `insert` nor `upsert`");
  }
  CheckGivesKey(statement, work);
  ParameterTable table{statement.parameters().size(), items.size(), {}};
  table.cells.reserve(table.width * table.rows);
  for (const size_t item : items) {
    for (const std::string& name : statement.parameters()) {
      table.cells.push_back(Parameter(statement, name, work, item, work.outside_ids[item]));
    }
  }
  WarnOfRounding(session, statement);
  const RowResults done = session->RunForAll(statement, table);
  for (size_t i = 0; i < items.size(); ++i) {
    Conclude(statement, work, items[i], done, done.rows[i], &(*results)[items[i]]);
  }
}

void Writer::WarnOfRounding(Session* session, const Statement& statement) const {
  if (!looked_at_.insert(statement.option()).second) return;
  for (const std::string& parameter : session->RoundedParameters(statement)) {
    if (!warned_.insert(parameter).second) continue;
    session->call().log().Warning("dataset '" + options_.name + "', `" + statement.option() +
                                  "`: :" + parameter +
                                  " is kept in binary floating point, so the database itself "
                                  "rounds it; an exact type such as numeric does not");
  }
}

void Writer::Conclude(const Statement& statement, const Work& work, size_t item,
                      const RowResults& all, const RowResult& row, ApplyResult* result) const {
  if (!row.refusal.empty()) return Set(ApplyOutcome::kRefused, row.refusal, result);
  const std::string& known = work.outside_ids[item];
  if (!row.touched && &statement == &options_.update) {
    return Set(ApplyOutcome::kNotFound,
               "`update` changed no row: the one with the key " + known + " is not there any more",
               result);
  }
  Set(ApplyOutcome::kApplied, "", result);
  result->outside_id = OutsideId(all, row);
  if (result->outside_id.empty()) result->outside_id = known;
  if (result->outside_id.empty()) result->outside_id = OutsideIdOfCells(work, item);
  if (!row.touched && result->outside_id.empty()) {
    Set(ApplyOutcome::kRefused,
        "`" + statement.option() + "` made no row: ON CONFLICT DO NOTHING or a trigger left it out",
        result);
  }
}

// Without it the hub would not know which row is the record's.
void Writer::CheckGivesKey(const Statement& statement, const Work& work) const {
  if (&statement == &options_.update || &statement == &options_.remove) return;
  if (statement.Verb() != "INSERT") return;
  for (const Token& token : statement.tokens()) {
    if (token.depth == 0 && token.Is("RETURNING")) return;
  }
  for (const std::string& name : options_.key) {
    if (work.columns.count(name) > 0) continue;
    throw SqlError(Trouble::kConfiguration, "`" + statement.option() +
                                                "` does not say which key a "
                                                "new row has got: add RETURNING " +
                                                name);
  }
}

OwnText Writer::Parameter(const Statement& statement, const std::string& name, const Work& work,
                          size_t item, const std::string& outside_id) const {
  const sdk::ApplyItem& given = work.item(item);
  if (name == "outside_id") return outside_id.empty() ? OwnText() : OwnText(outside_id);
  if (name == "correlation_key") return given.correlation_key;
  if (name == "revision") return std::to_string(given.record ? given.record->revision : 0);
  if (name == "record_id") return std::to_string(given.record ? given.record->id : 0);
  const auto column = work.columns.find(name);
  if (column != work.columns.end()) return work.Cell(item, column->second);
  if (std::find(options_.key.begin(), options_.key.end(), name) != options_.key.end()) {
    return KeyPart(name, outside_id);
  }
  throw SqlError(Trouble::kConfiguration,
                 "`" + statement.option() + "` has the parameter :" + name +
                     ", and the dataset's mapping writes no column of that name");
}

OwnText Writer::KeyPart(const std::string& name, const std::string& outside_id) const {
  if (outside_id.empty()) return std::nullopt;
  const auto parts = SplitKey(outside_id, options_.key.size());
  if (!parts) return std::nullopt;
  const auto at = std::find(options_.key.begin(), options_.key.end(), name);
  return (*parts)[static_cast<size_t>(at - options_.key.begin())];
}

// Of a returned row: the key's columns, or the first one where it names them otherwise.
std::string Writer::OutsideId(const RowResults& all, const RowResult& row) const {
  if (row.returned.empty()) return "";
  std::vector<std::string> parts;
  for (const std::string& name : options_.key) {
    const auto at = std::find(all.names.begin(), all.names.end(), name);
    if (at == all.names.end()) return row.returned[0].value_or("");
    parts.push_back(row.returned[static_cast<size_t>(at - all.names.begin())].value_or(""));
  }
  return parts.empty() ? row.returned[0].value_or("") : JoinKey(parts);
}

std::string Writer::OutsideIdOfCells(const Work& work, size_t item) const {
  std::vector<std::string> parts;
  for (const std::string& name : options_.key) {
    const auto column = work.columns.find(name);
    if (column == work.columns.end()) return "";
    parts.push_back(work.Cell(item, column->second).value_or(""));
  }
  return JoinKey(parts);
}

void Writer::Find(Session* session, const sdk::FindRequest& request,
                  sdk::FindResponse* response) const {
  const Statement& find = options_.find;
  if (find.empty()) {
    throw SqlError(Trouble::kConfiguration,
                   "dataset '" + options_.name +
                       "' has no `find`, so nobody can tell whether a lost "
                       "answer was a yes");
  }
  response->settled = session->ProveAlone();
  ParameterTable table{find.parameters().size(), request.items.size(), {}};
  for (const sdk::FindItem& item : request.items) {
    for (const std::string& name : find.parameters()) {
      if (name == "correlation_key") {
        table.cells.emplace_back(item.correlation_key);
      } else if (name == "outside_id") {
        table.cells.push_back(item.outside_id.empty() ? OwnText() : OwnText(item.outside_id));
      } else {
        table.cells.push_back(KeyPart(name, item.outside_id));
      }
    }
  }
  session->Begin(Session::Mode::kSnapshot);
  const RowResults found = session->RunForAll(find, table);
  session->Rollback();
  const auto revision = std::find(found.names.begin(), found.names.end(), "revision");
  for (const RowResult& row : found.rows) {
    sdk::FindResult& result = response->results.emplace_back();
    result.found = row.touched;
    if (!row.touched) continue;
    result.outside_id = OutsideId(found, row);
    if (revision != found.names.end()) {
      result.revision = NumberOf(row.returned[static_cast<size_t>(revision - found.names.begin())]);
    }
  }
}

}  // namespace entrepot::sql
