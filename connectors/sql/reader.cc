#include "reader.h"

#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "key.h"

namespace entrepot::sql {
namespace {

constexpr uint32_t kRowsPerLook = 256;
using Phase = Cursor::Phase;

std::string List(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += QuotedName(name);
  }
  return list;
}

// "$2, $3" for the parameters from `first` on.
std::string Marks(char mark, size_t first, size_t count) {
  std::string marks;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) marks += ", ";
    marks += mark + std::to_string(first + i);
  }
  return marks;
}

std::vector<Text> Parameters(const std::optional<std::string>& value,
                             const std::vector<std::string>& key) {
  std::vector<Text> parameters;
  if (value) parameters.push_back(*value);
  for (const std::string& part : key) parameters.push_back(part);
  return parameters;
}

// Rows of `query` after a place in the order of `names`.
std::string After(const std::string& query, const std::vector<std::string>& names,
                  const std::optional<std::string>& value, const std::vector<std::string>& key,
                  char mark, const std::string& condition = "") {
  std::string sql = "SELECT * FROM (" + query + ") AS entrepot_query";
  const size_t given = (value ? 1 : 0) + key.size();
  std::vector<std::string> compared(names.begin(), names.begin() + static_cast<ptrdiff_t>(given));
  std::string where = condition;
  if (given > 0) {
    if (!where.empty()) where += " AND ";
    where += given == 1 && value ? List(compared) + " >= " + Marks(mark, 1, 1)
                                 : "(" + List(compared) + ") > (" + Marks(mark, 1, given) + ")";
  }
  if (!where.empty()) sql += " WHERE " + where;
  return sql + " ORDER BY " + List(names);
}

std::vector<std::string> Joined(const std::string& first, const std::vector<std::string>& rest) {
  std::vector<std::string> all = {first};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

// FNV-1a, 64 bits: names and values of all cells.
std::string DigestOf(Rows& rows) {
  uint64_t digest = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char c : text) digest = (digest ^ static_cast<uint8_t>(c)) * 0x100000001b3;
    digest = (digest ^ 0xff) * 0x100000001b3;
  };
  for (size_t i = 0; i < rows.columns().size(); ++i) {
    const Text cell = rows.Cell(i);
    add(rows.columns()[i].name);
    add(cell ? "=" : "-");
    add(cell.value_or(""));
  }
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(digest >> shift);
  return bytes;
}

std::optional<std::string> Less(const std::string& number, int64_t by) {
  int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return std::to_string(value - by);
}

}  // namespace

void Reader::Read(const sdk::Call& call, Session* session, const sdk::ReadRequest& request,
                  sdk::Batch* batch) {
  Cursor cursor = Cursor::Decode(request.cursor);
  if (options_.query.empty()) {
    throw sdk::BadConfiguration("query",
                                "is missing: dataset '" + options_.name + "' can only be written");
  }
  if (request.full || cursor.order != options_.Order()) cursor = {};
  cursor.order = options_.Order();
  try {
    if (!stream_.rows || request.full || !(cursor == expected_)) {
      Leave(session);
      Open(session, &cursor);
    }
    batch->snapshot_begin =
        cursor.phase == Phase::kSnapshot && stream_.fresh && cursor.snapshot_key.empty();
    batch->rows().Begin(options_.name, columns_);
    const bool ended = GiveRows(call, &cursor, batch);
    WarnOfRounding(call);
    if (ended) End(session, &cursor, batch);
    if (ended || !session->keeps_queries()) Leave(session);
  } catch (...) {
    // The rows are ahead of any cursor that the hub has.
    Leave(session);
    throw;
  }
  expected_ = cursor;
  batch->next_cursor = cursor.Encode();
}

void Reader::Leave(Session* session) {
  stream_ = {};
  if (session != nullptr) session->Rollback();
}

void Reader::Open(Session* session, Cursor* cursor) {
  session->Begin(Session::Mode::kSnapshot);
  const bool everything = options_.cursor.empty();
  if (cursor->phase == Phase::kStart || (cursor->phase == Phase::kEnded && everything)) {
    cursor->phase = Phase::kSnapshot;
    cursor->snapshot_key.clear();
    if (!everything) {
      const auto begin = [&](const Statement& query, const std::string& column,
                             Progress* progress) {
        const auto last = session->Query("SELECT max(" + QuotedName(column) + ") FROM (" +
                                             query.Text(session->mark()) + ") AS entrepot_query",
                                         {});
        const OwnText value = last->Next() ? OwnText(last->Exact(0)) : std::nullopt;
        *progress = {{value, {}}, FloorOf(session, last->columns()[0], value)};
        if (!value) progress->position.value = progress->floor;
        EndRun(session, last->columns()[0], progress);
      };
      begin(options_.query, options_.cursor, &cursor->changes);
      if (!options_.deletions.empty()) {
        begin(options_.deletions, options_.deletions_cursor, &cursor->deletions);
      }
    }
  } else if (cursor->phase == Phase::kEnded) {
    cursor->phase = Phase::kChanges;
  }
  if (cursor->phase == Phase::kSnapshot) return OpenSnapshot(session, cursor);
  if (cursor->phase == Phase::kChanges) return OpenChanges(session, cursor);
  OpenDeletions(session, cursor);
}

void Reader::OpenSnapshot(Session* session, Cursor* cursor) {
  const std::vector<std::string>& key = options_.cursor_key;
  if (key.empty()) {
    throw sdk::BadConfiguration("cursor_key", "names no column, and the mapping has no key");
  }
  stream_.rows = session->Query(After(options_.query.Text(session->mark()), key, std::nullopt,
                                      cursor->snapshot_key, session->mark()),
                                Parameters(std::nullopt, cursor->snapshot_key));
  stream_.order = IndicesOf(key, *stream_.rows);
  NoteColumns(stream_.rows->columns());
}

void Reader::OpenChanges(Session* session, Cursor* cursor) {
  const std::vector<std::string> names = Joined(options_.cursor, options_.cursor_key);
  const Position& from = cursor->changes.position;
  stream_.rows = session->Query(
      After(options_.query.Text(session->mark()), names, from.value, from.key, session->mark()),
      Parameters(from.value, from.key));
  stream_.order = IndicesOf(names, *stream_.rows);
  NoteColumns(stream_.rows->columns());
  BeginRun(session, &cursor->changes);
}

// A row that is there again is not deleted, whatever the table of deletions keeps of it.
void Reader::OpenDeletions(Session* session, Cursor* cursor) {
  const char mark = session->mark();
  const std::string query = options_.query.Text(mark);
  if (columns_.empty()) {
    NoteColumns(
        session->Query("SELECT * FROM (" + query + ") AS entrepot_query LIMIT 0", {})->columns());
  }
  std::string same;
  for (const std::string& name : options_.key) {
    if (!same.empty()) same += " AND ";
    same += "entrepot_row." + QuotedName(name) + " = entrepot_query." + QuotedName(name);
  }
  const std::string gone =
      "NOT EXISTS (SELECT 1 FROM (" + query + ") AS entrepot_row WHERE " + same + ")";
  const std::vector<std::string> names = Joined(options_.deletions_cursor, options_.key);
  const Position& from = cursor->deletions.position;
  stream_.rows =
      session->Query(After(options_.deletions.Text(mark), names, from.value, from.key, mark, gone),
                     Parameters(from.value, from.key));
  stream_.order = IndicesOf(names, *stream_.rows);
  BeginRun(session, &cursor->deletions);
}

std::vector<size_t> Reader::IndicesOf(const std::vector<std::string>& names,
                                      const Rows& rows) const {
  std::vector<size_t> indices;
  const std::vector<Column>& columns = rows.columns();
  for (const std::string& name : names) {
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const Column& column) { return column.name == name; });
    if (at == columns.end()) {
      throw sdk::BadConfiguration(
          "query", "dataset '" + options_.name + "': it gives no column '" + name + "'");
    }
    indices.push_back(static_cast<size_t>(at - columns.begin()));
  }
  return indices;
}

void Reader::NoteColumns(const std::vector<Column>& columns) {
  columns_.clear();
  for (const Column& column : columns) columns_.push_back(column.name);
}

OwnText Reader::FloorOf(Session* session, const Column& column, const OwnText& example) const {
  if (options_.lag_numbers > 0) return std::nullopt;
  return session->Floor(column, example, options_.lag_ms);
}

void Reader::BeginRun(Session* session, Progress* progress) {
  if (progress->floor) return;  // the run goes on
  const Column& column = stream_.rows->columns()[stream_.order[0]];
  progress->floor = FloorOf(session, column, progress->position.value);
}

// Where the next run begins: after the last row, but not past what may be committed late.
void Reader::EndRun(Session* session, const Column& column, Progress* progress) const {
  const std::optional<std::string> floor = std::exchange(progress->floor, std::nullopt);
  Position& position = progress->position;
  if (!position.value) return;
  if (floor && session->Before(column, *floor, *position.value)) {
    position = {floor, {}};
  } else if (!floor && options_.lag_numbers > 0) {
    if (auto less = Less(*position.value, options_.lag_numbers)) position = {std::move(less), {}};
  }
}

// True: there are no more.
bool Reader::GiveRows(const sdk::Call& call, Cursor* cursor, sdk::Batch* batch) {
  stream_.fresh = false;
  for (uint32_t count = 1; !batch->full(); ++count) {
    if (count % kRowsPerLook == 0) call.ThrowIfCancelled();
    if (!stream_.rows->Next()) return true;
    NotePosition(cursor);
    try {
      GiveRow(cursor->phase == Phase::kDeletions, batch);
    } catch (const SqlError& error) {
      if (error.trouble() != Trouble::kRow) throw;
      batch->rows().DropRow();
      sdk::BadRow bad;
      bad.location = options_.name;
      for (const size_t at : stream_.order) {
        const Column& column = stream_.rows->columns()[at];
        bad.raw += column.name + "=" + std::string(stream_.rows->Exact(at).value_or("")) + " ";
      }
      bad.reason = error.message();
      batch->AddBadRow(bad);
    }
  }
  return false;
}

void Reader::GiveRow(bool deleted, sdk::Batch* batch) {
  const auto put = [&](const Text& cell) {
    if (cell) {
      batch->rows().Cell(*cell);
    } else {
      batch->rows().AbsentCell();
    }
  };
  if (!deleted) {
    for (size_t i = 0; i < columns_.size(); ++i) put(stream_.rows->Cell(i));
  } else {
    const std::vector<Column>& columns = stream_.rows->columns();
    for (const std::string& name : columns_) {
      const auto at = std::find_if(columns.begin(), columns.end(),
                                   [&](const Column& column) { return column.name == name; });
      put(at == columns.end() ? std::nullopt
                              : stream_.rows->Cell(static_cast<size_t>(at - columns.begin())));
    }
  }
  batch->rows().EndRow({.deleted = deleted});
}

void Reader::NotePosition(Cursor* cursor) {
  std::vector<std::string>* key = &cursor->snapshot_key;
  size_t first = 0;
  if (cursor->phase != Phase::kSnapshot) {
    Position& position =
        cursor->phase == Phase::kChanges ? cursor->changes.position : cursor->deletions.position;
    const Text value = stream_.rows->Exact(stream_.order[0]);
    // Rows without a value come in an order of the database's own, and only from the very start.
    if (!value) return;
    position.value = std::string(*value);
    key = &position.key;
    first = 1;
  }
  key->resize(stream_.order.size() - first);
  for (size_t i = first; i < stream_.order.size(); ++i) {
    (*key)[i - first] = stream_.rows->Exact(stream_.order[i]).value_or("");
  }
}

void Reader::End(Session* session, Cursor* cursor, sdk::Batch* batch) {
  const auto column = [&]() -> const Column& { return stream_.rows->columns()[stream_.order[0]]; };
  switch (cursor->phase) {
    case Phase::kSnapshot:
      batch->snapshot_end = true;
      cursor->snapshot_key.clear();
      cursor->phase = Phase::kEnded;
      break;
    case Phase::kChanges:
      EndRun(session, column(), &cursor->changes);
      cursor->phase = options_.deletions.empty() ? Phase::kEnded : Phase::kDeletions;
      break;
    default: EndRun(session, column(), &cursor->deletions); cursor->phase = Phase::kEnded;
  }
  batch->end = cursor->phase == Phase::kEnded;
}

void Reader::List(const sdk::Call& call, Session* session, const sdk::ListRequest& request,
                  sdk::ListResponse* response) const {
  if (options_.query.empty() || options_.key.empty()) {
    throw sdk::Unsupported("dataset '" + options_.name + "' has no `query` with a key to list by");
  }
  const auto after =
      request.page_token.empty()
          ? std::vector<std::string>()
          : SplitKey(request.page_token, options_.key.size()).value_or(std::vector<std::string>());
  session->Begin(Session::Mode::kSnapshot);
  const auto rows = session->Query(After(options_.query.Text(session->mark()), options_.key,
                                         std::nullopt, after, session->mark()) +
                                       " LIMIT " + std::to_string(uint64_t{request.items_max} + 1),
                                   Parameters(std::nullopt, after));
  const std::vector<size_t> key = IndicesOf(options_.key, *rows);
  std::string exact;  // the key of the last row of the page
  while (rows->Next()) {
    if (response->items.size() % kRowsPerLook == 0) call.ThrowIfCancelled();
    if (response->items.size() == request.items_max) {
      response->next_page_token = exact;
      break;
    }
    std::vector<std::string> parts, exact_parts;
    for (const size_t at : key) {
      parts.emplace_back(rows->Cell(at).value_or(""));
      exact_parts.emplace_back(rows->Exact(at).value_or(""));
    }
    exact = JoinKey(exact_parts);
    sdk::ListItem& item = response->items.emplace_back();
    item.outside_id = JoinKey(parts);
    item.digest = DigestOf(*rows);
  }
  session->Rollback();
}

void Reader::WarnOfRounding(const sdk::Call& call) {
  for (const Column& column : stream_.rows->columns()) {
    if (!column.rounds || !warned_.insert(column.name).second) continue;
    call.log().Warning("dataset '" + options_.name + "': column '" + column.name +
                       "' keeps numbers in binary floating point" +
                       (column.type.empty() ? "" : " (" + column.type + ")") +
                       ", so the database itself rounds them; an exact type such as numeric does "
                       "not");
  }
}

}  // namespace entrepot::sql
