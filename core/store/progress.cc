#include "core/store/progress.h"

#include <limits>

#include "core/base/status_macros.h"
#include "core/store/packing.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_RUN_COLUMNS                                                                  \
  "id, dataset, full_read, started_at, ended_at, read, created, changed, unchanged, deleted," \
  " parked, dead, recovered, error"

constexpr char kFindCursorSql[] = "SELECT value FROM cursor WHERE name = ?";
constexpr char kSaveCursorSql[] =
    "INSERT INTO cursor (name, value) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr char kFindBaseSql[] =
    "SELECT record_id, digests, foreign_key FROM base WHERE dataset = ? AND outside_id = ?";
constexpr char kBasesSql[] =
    "SELECT base.record_id, digests, foreign_key, record.last_seq FROM base"
    " JOIN record ON record.id = base.record_id"
    " WHERE dataset = ? AND record.deleted = 0 ORDER BY outside_id";
constexpr char kSaveBaseSql[] =
    "INSERT INTO base (dataset, outside_id, record_id, digests, foreign_key)"
    " VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (dataset, outside_id) DO UPDATE SET record_id = excluded.record_id,"
    " digests = excluded.digests, foreign_key = excluded.foreign_key";
constexpr char kDeleteBaseSql[] = "DELETE FROM base WHERE dataset = ? AND outside_id = ?";
constexpr char kSaveAnswerSql[] =
    "INSERT INTO answer (request_id, method, request_digest, answer, at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (request_id) DO UPDATE SET method = excluded.method,"
    " request_digest = excluded.request_digest, answer = excluded.answer, at = excluded.at";
constexpr char kFindAnswerSql[] =
    "SELECT method, request_digest, answer FROM answer WHERE request_id = ?";
constexpr char kNumberSql[] =
    "INSERT INTO number (name, last) VALUES (?, 1)"
    " ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last";
constexpr char kSaveRunSql[] =
    "INSERT INTO run (" ENTREPOT_RUN_COLUMNS
    ") VALUES (nullif(?, 0), ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET dataset = excluded.dataset, full_read = excluded.full_read,"
    " started_at = excluded.started_at, ended_at = excluded.ended_at, read = excluded.read,"
    " created = excluded.created, changed = excluded.changed, unchanged = excluded.unchanged,"
    " deleted = excluded.deleted, parked = excluded.parked, dead = excluded.dead,"
    " recovered = excluded.recovered, error = excluded.error RETURNING id";
constexpr char kRunsSql[] = "SELECT " ENTREPOT_RUN_COLUMNS
                            " FROM run WHERE (?1 = '' OR dataset = ?1) AND id > ?2"
                            " ORDER BY id LIMIT ?3";
constexpr char kRunsBackSql[] = "SELECT " ENTREPOT_RUN_COLUMNS
                                " FROM run WHERE (?1 = '' OR dataset = ?1) AND id < ?2"
                                " ORDER BY id DESC LIMIT ?3";
constexpr char kThinAnswersSql[] =
    "DELETE FROM answer WHERE rowid IN (SELECT rowid FROM answer WHERE at < ? ORDER BY at LIMIT ?)";
constexpr char kThinRunsSql[] =
    "DELETE FROM run WHERE id IN"
    " (SELECT id FROM run WHERE started_at < ? ORDER BY started_at LIMIT ?)";

absl::StatusOr<Base> ReadBase(const Statement& row) {
  Base base{.record_id = row.Uint(0), .foreign_key = row.Int(2) != 0};
  Unpacker in(row.View(1));
  while (!in.done()) base.digests.push_back(in.Fixed());
  if (!in.ok()) return CorruptError("the base of an outside id");
  return base;
}

Run ReadRun(const Statement& row) {
  Run run{.id = row.Uint(0),
          .dataset = row.Text(1),
          .full = row.Int(2) != 0,
          .started_at = row.Time(3),
          .read = row.Uint(5),
          .created = row.Uint(6),
          .changed = row.Uint(7),
          .unchanged = row.Uint(8),
          .deleted = row.Uint(9),
          .parked = row.Uint(10),
          .dead = row.Uint(11),
          .recovered = row.Uint(12),
          .error = row.Text(13)};
  if (!row.IsNull(4)) run.ended_at = row.Time(4);
  return run;
}

absl::StatusOr<int> Delete(Connection& db, const char* sql, absl::Time before, int limit) {
  RETURN_IF_ERROR(db.Prepare(sql).Bind(before).Bind(limit).Run());
  return static_cast<int>(db.changes());
}

}  // namespace

absl::StatusOr<std::string> FindCursor(Connection& db, std::string_view name) {
  Statement query = db.Prepare(kFindCursorSql);
  query.BindText(name);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Text(0) : std::string();
}

absl::Status SaveCursor(Connection& db, std::string_view name, std::string_view value) {
  return db.Prepare(kSaveCursorSql).BindText(name).BindText(value).Run();
}

absl::StatusOr<std::optional<Base>> FindBaseOf(Connection& db, const Names& names,
                                               std::string_view dataset,
                                               std::string_view outside_id) {
  Statement query = db.Prepare(kFindBaseSql);
  query.Bind(names.Find(dataset)).BindText(outside_id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return ReadBase(query);
}

absl::Status VisitBases(Connection& db, const Names& names, std::string_view dataset,
                        const Transaction::BaseVisitor& visit) {
  Statement query = db.Prepare(kBasesSql);
  query.Bind(names.Find(dataset));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Base base, ReadBase(query));
    visit(base.record_id, query.Uint(3), base);
  }
}

absl::Status SaveBase(Connection& db, Names* names, std::string_view dataset,
                      std::string_view outside_id, const Base& base) {
  ASSIGN_OR_RETURN(const uint32_t name, names->Intern(db, dataset));
  if (base.record_id == 0) {
    return db.Prepare(kDeleteBaseSql).Bind(name).BindText(outside_id).Run();
  }
  std::string digests;
  for (const uint64_t digest : base.digests) PackFixed(digest, &digests);
  return db.Prepare(kSaveBaseSql)
      .Bind(name)
      .BindText(outside_id)
      .Bind(base.record_id)
      .BindBlob(digests)
      .Bind(base.foreign_key)
      .Run();
}

absl::Status InsertAnswer(Connection& db, const SavedAnswer& answer) {
  return db.Prepare(kSaveAnswerSql)
      .BindText(answer.request_id)
      .BindText(answer.method)
      .Bind(answer.request_digest)
      .BindBlob(answer.answer)
      .Bind(answer.at)
      .Run();
}

absl::StatusOr<std::optional<Transaction::Answer>> FindAnswerTo(Connection& db,
                                                                std::string_view request_id) {
  Statement query = db.Prepare(kFindAnswerSql);
  query.BindText(request_id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return Transaction::Answer{
      .method = query.Text(0), .request_digest = query.Uint(1), .bytes = query.Text(2)};
}

absl::StatusOr<uint64_t> TakeNumber(Connection& db, std::string_view name) {
  Statement statement = db.Prepare(kNumberSql);
  statement.BindText(name);
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.Uint(0) : 0;
}

absl::StatusOr<uint64_t> UpsertRun(Connection& db, const Run& run) {
  Statement statement = db.Prepare(kSaveRunSql);
  statement.Bind(run.id)
      .BindText(run.dataset)
      .Bind(run.full)
      .Bind(run.started_at)
      .Bind(run.ended_at ? ToMicros(*run.ended_at) : 0)
      .Bind(run.read)
      .Bind(run.created)
      .Bind(run.changed)
      .Bind(run.unchanged)
      .Bind(run.deleted)
      .Bind(run.parked)
      .Bind(run.dead)
      .Bind(run.recovered)
      .BindText(run.error);
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.Uint(0) : 0;
}

absl::StatusOr<std::vector<Run>> ListRunsOf(Connection& db, std::string_view dataset,
                                            const Page& page) {
  std::vector<Run> runs;
  const bool from_end = page.newest_first && page.after == 0;
  Statement query = db.Prepare(page.newest_first ? kRunsBackSql : kRunsSql);
  query.BindText(dataset)
      .Bind(from_end ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(page.after))
      .Bind(page.limit);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return runs;
    runs.push_back(ReadRun(query));
  }
}

absl::StatusOr<int> ThinAnswers(Connection& db, absl::Time before, int limit) {
  return Delete(db, kThinAnswersSql, before, limit);
}

absl::StatusOr<int> ThinRuns(Connection& db, absl::Time before, int limit) {
  return Delete(db, kThinRunsSql, before, limit);
}

}  // namespace entrepot::store
