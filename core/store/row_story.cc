#include "core/store/row_story.h"

#include <algorithm>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr char kSavePlaceSql[] =
    "INSERT OR REPLACE INTO row_place (seq, location, line) VALUES (?, ?, ?)";
constexpr char kPlaceSql[] = "SELECT location, line FROM row_place WHERE seq = ?";
constexpr char kInsertEditSql[] =
    "INSERT INTO row_edit (dataset, outside_id, column_name, before, after, actor, at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
// Datasets of a connection: "warehouse/" to "warehouse0", the sign after the stroke.
constexpr char kEditsSql[] =
    "SELECT dataset, outside_id, column_name, before, after, actor, at FROM row_edit"
    " WHERE dataset >= ?1 || '/' AND dataset < ?1 || '0' AND outside_id = ?2"
    " ORDER BY id LIMIT ?3";
constexpr char kThinEditsSql[] =
    "DELETE FROM row_edit WHERE id IN (SELECT id FROM row_edit WHERE at < ? ORDER BY at LIMIT ?)";

RowEdit ReadEdit(const Statement& row) {
  return {.dataset = row.Text(0),
          .outside_id = row.Text(1),
          .column = row.Text(2),
          .before = row.Text(3),
          .after = row.Text(4),
          .actor = row.Text(5),
          .at = row.Time(6)};
}

}  // namespace

absl::Status SaveRowPlace(Connection& db, uint64_t seq, std::string_view location, uint64_t line) {
  return db.Prepare(kSavePlaceSql).Bind(seq).BindText(location).Bind(line).Run();
}

absl::StatusOr<std::optional<RowPlace>> FindRowPlace(Connection& db, uint64_t seq) {
  Statement query = db.Prepare(kPlaceSql);
  query.Bind(seq);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return RowPlace{.location = query.Text(0), .line = query.Uint(1)};
}

absl::Status InsertRowEdit(Connection& db, const RowEdit& edit) {
  return db.Prepare(kInsertEditSql)
      .BindText(edit.dataset)
      .BindText(edit.outside_id)
      .BindText(edit.column)
      .BindText(edit.before)
      .BindText(edit.after)
      .BindText(edit.actor)
      .Bind(edit.at)
      .Run();
}

absl::StatusOr<std::vector<RowEdit>> ListRowEdits(Connection& db, const Concern& concern,
                                                  int limit) {
  std::vector<RowEdit> edits;
  for (const auto& [connection, outside_id] : concern.known_as) {
    Statement query = db.Prepare(kEditsSql);
    query.BindText(connection).BindText(outside_id).Bind(limit);
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      edits.push_back(ReadEdit(query));
    }
  }
  std::stable_sort(edits.begin(), edits.end(),
                   [](const RowEdit& a, const RowEdit& b) { return a.at < b.at; });
  if (edits.size() > static_cast<size_t>(limit)) edits.resize(limit);
  return edits;
}

absl::StatusOr<int> ThinRowEdits(Connection& db, absl::Time before, int limit) {
  RETURN_IF_ERROR(db.Prepare(kThinEditsSql).Bind(before).Bind(limit).Run());
  return static_cast<int>(db.changes());
}

}  // namespace entrepot::store
