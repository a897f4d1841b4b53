#include "core/store/doubles.h"

#include <algorithm>
#include <limits>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_DOUBLE_COLUMNS \
  "id, first_id, second_id, kind, rule, found_at, state, closed_at, closed_by"

constexpr char kInsertSql[] = "INSERT INTO double (" ENTREPOT_DOUBLE_COLUMNS
                              ") VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"
                              " ON CONFLICT (first_id, second_id) DO NOTHING";
constexpr char kUpdateSql[] =
    "UPDATE double SET state = ?, closed_at = ?, closed_by = ?"
    " WHERE first_id = ? AND second_id = ?";
constexpr char kFindSql[] =
    "SELECT " ENTREPOT_DOUBLE_COLUMNS " FROM double WHERE first_id = ? AND second_id = ?";
constexpr char kOpenPageSql[] = "SELECT " ENTREPOT_DOUBLE_COLUMNS
                                " FROM double WHERE state = 1 AND id < ?"
                                " ORDER BY id DESC LIMIT ?";
constexpr char kPageSql[] =
    "SELECT " ENTREPOT_DOUBLE_COLUMNS " FROM double WHERE id < ? ORDER BY id DESC LIMIT ?";
constexpr char kOfRecordSql[] = "SELECT " ENTREPOT_DOUBLE_COLUMNS
                                " FROM double WHERE (first_id = ?1 OR second_id = ?1)"
                                " AND state = 1 ORDER BY id";
constexpr char kDoubledSql[] =
    "SELECT first_id FROM double WHERE state = 1 UNION"
    " SELECT second_id FROM double WHERE state = 1 ORDER BY 1";
constexpr char kThinSql[] =
    "DELETE FROM double WHERE id IN (SELECT id FROM double"
    " WHERE state <> 1 AND closed_at < ? ORDER BY closed_at LIMIT ?)";
constexpr char kMergeSql[] =
    "INSERT INTO merged (gone_id, kept_id, at) VALUES (?, ?, ?)"
    " ON CONFLICT (gone_id) DO UPDATE SET kept_id = excluded.kept_id, at = excluded.at";
constexpr char kMoveMergedSql[] = "UPDATE merged SET kept_id = ? WHERE kept_id = ?";
constexpr char kMergedIntoSql[] = "SELECT kept_id FROM merged WHERE gone_id = ?";
constexpr char kMergedSql[] = "SELECT gone_id, kept_id FROM merged ORDER BY gone_id";

Double Read(const Statement& row) {
  return {.id = row.Uint(0),
          .first = row.Uint(1),
          .second = row.Uint(2),
          .kind = static_cast<domain::Kind>(row.Int(3)),
          .rule = row.Text(4),
          .found_at = row.Time(5),
          .state = static_cast<DoubleState>(row.Int(6)),
          .closed_at = row.Time(7),
          .closed_by = row.Text(8)};
}

absl::StatusOr<std::vector<Double>> ReadAll(Statement& query) {
  std::vector<Double> pairs;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return pairs;
    pairs.push_back(Read(query));
  }
}

}  // namespace

absl::Status InsertDouble(Connection& db, const Double& pair) {
  return db.Prepare(kInsertSql)
      .Bind(std::min(pair.first, pair.second))
      .Bind(std::max(pair.first, pair.second))
      .Bind(static_cast<int>(pair.kind))
      .BindText(pair.rule)
      .Bind(pair.found_at)
      .Bind(static_cast<int>(pair.state))
      .Bind(pair.closed_at)
      .BindText(pair.closed_by)
      .Run();
}

absl::Status UpdateDouble(Connection& db, const Double& pair) {
  return db.Prepare(kUpdateSql)
      .Bind(static_cast<int>(pair.state))
      .Bind(pair.closed_at)
      .BindText(pair.closed_by)
      .Bind(std::min(pair.first, pair.second))
      .Bind(std::max(pair.first, pair.second))
      .Run();
}

absl::StatusOr<std::optional<Double>> FindDouble(Connection& db, uint64_t one, uint64_t other) {
  Statement query = db.Prepare(kFindSql);
  query.Bind(std::min(one, other)).Bind(std::max(one, other));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(Read(query)) : std::nullopt;
}

absl::StatusOr<std::vector<Double>> ListDoublePage(Connection& db, bool settled, const Page& page) {
  Statement query = db.Prepare(settled ? kPageSql : kOpenPageSql);
  const int64_t before =
      page.after == 0 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(page.after);
  query.Bind(before).Bind(page.limit);
  return ReadAll(query);
}

absl::StatusOr<std::vector<Double>> ListOpenDoublesOf(Connection& db, uint64_t record_id) {
  Statement query = db.Prepare(kOfRecordSql);
  query.Bind(record_id);
  return ReadAll(query);
}

absl::StatusOr<std::vector<uint64_t>> ListDoubled(Connection& db) {
  std::vector<uint64_t> ids;
  Statement query = db.Prepare(kDoubledSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return ids;
    ids.push_back(query.Uint(0));
  }
}

absl::StatusOr<int> ThinDoubles(Connection& db, absl::Time before, int limit) {
  RETURN_IF_ERROR(db.Prepare(kThinSql).Bind(before).Bind(limit).Run());
  return static_cast<int>(db.changes());
}

absl::Status SaveMerged(Connection& db, uint64_t gone, uint64_t kept, absl::Time at) {
  RETURN_IF_ERROR(db.Prepare(kMoveMergedSql).Bind(kept).Bind(gone).Run());
  return db.Prepare(kMergeSql).Bind(gone).Bind(kept).Bind(at).Run();
}

absl::StatusOr<std::optional<uint64_t>> FindMergedInto(Connection& db, uint64_t record_id) {
  Statement query = db.Prepare(kMergedIntoSql);
  query.Bind(record_id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(query.Uint(0)) : std::nullopt;
}

absl::StatusOr<std::vector<std::pair<uint64_t, uint64_t>>> ListMerged(Connection& db) {
  std::vector<std::pair<uint64_t, uint64_t>> merged;
  Statement query = db.Prepare(kMergedSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return merged;
    merged.emplace_back(query.Uint(0), query.Uint(1));
  }
}

}  // namespace entrepot::store
