#include "core/store/conflicts.h"

#include <fmt/core.h>

#include <limits>

#include "core/base/digest.h"
#include "core/base/status_macros.h"
#include "core/store/doubles.h"
#include "core/store/packed_fields.h"
#include "core/store/proposals.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_CONFLICT_COLUMNS                                                       \
  "id, record_id, kind, group_name, dataset, outside_id, policy, fields, theirs, ours," \
  " deleted, raised_at, seen_at, times, sent, state, closed_at, closed_by"

constexpr char kContestedSql[] =
    "SELECT DISTINCT record_id FROM conflict WHERE state = 1 ORDER BY record_id";
constexpr char kUpsertSql[] =
    "INSERT INTO conflict (" ENTREPOT_CONFLICT_COLUMNS
    ", connection, value)"
    " VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (record_id, group_name, connection, value) DO UPDATE SET"
    " dataset = excluded.dataset, outside_id = excluded.outside_id, policy = excluded.policy,"
    " ours = excluded.ours, seen_at = excluded.seen_at, times = excluded.times,"
    " sent = excluded.sent, state = excluded.state, closed_at = excluded.closed_at,"
    " closed_by = excluded.closed_by RETURNING id";
constexpr char kLikeSql[] = "SELECT " ENTREPOT_CONFLICT_COLUMNS
                            " FROM conflict WHERE record_id = ? AND group_name = ?"
                            " AND connection = ? AND value = ?";
constexpr char kByIdSql[] = "SELECT " ENTREPOT_CONFLICT_COLUMNS " FROM conflict WHERE id = ?";
constexpr char kOpenOfSql[] = "SELECT " ENTREPOT_CONFLICT_COLUMNS
                              " FROM conflict WHERE record_id = ? AND state = 1 ORDER BY id";
constexpr char kOpenPageSql[] = "SELECT " ENTREPOT_CONFLICT_COLUMNS
                                " FROM conflict WHERE state = 1 AND id < ?"
                                " ORDER BY id DESC LIMIT ?";
constexpr char kPageSql[] =
    "SELECT " ENTREPOT_CONFLICT_COLUMNS " FROM conflict WHERE id < ? ORDER BY id DESC LIMIT ?";
constexpr char kCountSql[] = "SELECT count(*) FROM conflict WHERE state = 1 AND dataset = ?";
constexpr char kCountAllSql[] = "SELECT count(*) FROM conflict WHERE state = 1";
constexpr char kThinSql[] =
    "DELETE FROM conflict WHERE id IN (SELECT id FROM conflict"
    " WHERE state <> 1 AND closed_at < ? ORDER BY closed_at LIMIT ?)";

uint64_t ValueOf(const Conflict& conflict) {
  std::string bytes = PackFields(conflict.kind, conflict.fields);
  bytes.push_back(conflict.deleted ? '\1' : '\0');
  return DigestOf64(bytes + conflict.theirs);
}

Conflict Read(const Statement& row, const Names& names) {
  Conflict conflict{.id = row.Uint(0),
                    .record_id = row.Uint(1),
                    .kind = static_cast<domain::Kind>(row.Int(2)),
                    .group = row.Text(3),
                    .dataset = names.TextOf(static_cast<uint32_t>(row.Uint(4))),
                    .outside_id = row.Text(5),
                    .policy = static_cast<domain::Policy>(row.Int(6)),
                    .theirs = row.Text(8),
                    .ours = row.Text(9),
                    .deleted = row.Int(10) != 0,
                    .raised_at = row.Time(11),
                    .seen_at = row.Time(12),
                    .times = static_cast<uint32_t>(row.Uint(13)),
                    .sent = static_cast<uint32_t>(row.Uint(14)),
                    .state = static_cast<ConflictState>(row.Int(15)),
                    .closed_at = row.Time(16),
                    .closed_by = row.Text(17)};
  conflict.fields = UnpackFields(conflict.kind, row.View(7));
  return conflict;
}

absl::StatusOr<std::vector<Conflict>> ReadAll(Statement& query, const Names& names) {
  std::vector<Conflict> conflicts;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return conflicts;
    conflicts.push_back(Read(query, names));
  }
}

absl::StatusOr<std::optional<Conflict>> ReadOne(Statement& query, const Names& names) {
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(Read(query, names)) : std::nullopt;
}

}  // namespace

absl::Status ContestedRecords::Load(Connection& db) {
  {
    Statement query = db.Prepare(kContestedSql);
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      Add(query.Uint(0));
    }
  }
  ASSIGN_OR_RETURN(const auto proposed, ListProposed(db));
  for (const uint64_t id : proposed) Add(id);
  ASSIGN_OR_RETURN(const auto doubled, ListDoubled(db));
  for (const uint64_t id : doubled) Add(id);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> UpsertConflict(Connection& db, Names* names, const Conflict& conflict) {
  ASSIGN_OR_RETURN(const uint32_t dataset, names->Intern(db, conflict.dataset));
  ASSIGN_OR_RETURN(const uint32_t connection, names->Intern(db, conflict.connection()));
  const std::string fields = PackFields(conflict.kind, conflict.fields);
  Statement statement = db.Prepare(kUpsertSql);
  statement.Bind(conflict.record_id)
      .Bind(static_cast<int>(conflict.kind))
      .BindText(conflict.group)
      .Bind(dataset)
      .BindText(conflict.outside_id)
      .Bind(static_cast<int>(conflict.policy))
      .BindBlob(fields)
      .BindBlob(conflict.theirs)
      .BindBlob(conflict.ours)
      .Bind(conflict.deleted)
      .Bind(conflict.raised_at)
      .Bind(conflict.seen_at)
      .Bind(conflict.times)
      .Bind(conflict.sent)
      .Bind(static_cast<int>(conflict.state))
      .Bind(conflict.closed_at)
      .BindText(conflict.closed_by)
      .Bind(connection)
      .Bind(ValueOf(conflict));
  ASSIGN_OR_RETURN(const bool saved, statement.Step());
  return saved ? statement.Uint(0) : conflict.id;
}

absl::StatusOr<std::optional<Conflict>> FindConflictLike(Connection& db, const Names& names,
                                                         const Conflict& conflict) {
  Statement query = db.Prepare(kLikeSql);
  query.Bind(conflict.record_id)
      .BindText(conflict.group)
      .Bind(names.Find(conflict.connection()))
      .Bind(ValueOf(conflict));
  return ReadOne(query, names);
}

absl::StatusOr<std::optional<Conflict>> FindConflictById(Connection& db, const Names& names,
                                                         uint64_t id) {
  Statement query = db.Prepare(kByIdSql);
  query.Bind(id);
  return ReadOne(query, names);
}

absl::StatusOr<std::vector<Conflict>> ListOpenConflictsOf(Connection& db, const Names& names,
                                                          uint64_t record_id) {
  Statement query = db.Prepare(kOpenOfSql);
  query.Bind(record_id);
  return ReadAll(query, names);
}

absl::StatusOr<std::vector<Conflict>> ListConflictPage(Connection& db, const Names& names,
                                                       bool settled, const Page& page) {
  Statement query = db.Prepare(settled ? kPageSql : kOpenPageSql);
  const int64_t before =
      page.after == 0 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(page.after);
  query.Bind(before).Bind(page.limit);
  return ReadAll(query, names);
}

absl::StatusOr<uint64_t> CountOpenConflictsOf(Connection& db, const Names& names,
                                              std::string_view dataset) {
  Statement query = db.Prepare(dataset.empty() ? kCountAllSql : kCountSql);
  if (!dataset.empty()) query.Bind(names.Find(dataset));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Uint(0) : 0;
}

absl::StatusOr<int> ThinConflicts(Connection& db, absl::Time before, int limit) {
  RETURN_IF_ERROR(db.Prepare(kThinSql).Bind(before).Bind(limit).Run());
  return static_cast<int>(db.changes());
}

}  // namespace entrepot::store
