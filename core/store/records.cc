#include "core/store/records.h"

#include <limits>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_RECORD_COLUMNS \
  "id, kind, key, revision, last_seq, changed_at, origin, deleted, body"

constexpr char kFindSql[] = "SELECT " ENTREPOT_RECORD_COLUMNS " FROM record WHERE id = ?";
constexpr char kFindByKeySql[] = "SELECT id FROM record WHERE kind = ? AND key = ?";
constexpr char kInsertSql[] =
    "INSERT INTO record (" ENTREPOT_RECORD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
// Without the key, where it stays: its index is then left alone.
constexpr char kUpdateSql[] =
    "UPDATE record SET revision = ?, last_seq = ?, changed_at = ?, origin = ?, deleted = ?,"
    " body = ? WHERE id = ?";
constexpr char kUpdateKeySql[] = "UPDATE record SET key = ?1 WHERE id = ?2 AND key <> ?1";
constexpr char kScanSql[] =
    "SELECT " ENTREPOT_RECORD_COLUMNS " FROM record WHERE kind = ? AND id > ? ORDER BY id";
constexpr char kScanBackSql[] =
    "SELECT " ENTREPOT_RECORD_COLUMNS " FROM record WHERE kind = ? AND id < ? ORDER BY id DESC";

void Fill(const Statement& row, OrdinaryRecord* record) {
  record->id = row.Uint(0);
  record->kind = static_cast<domain::Kind>(row.Int(1));
  record->key.assign(row.View(2));
  record->revision = row.Uint(3);
  record->last_seq = row.Uint(4);
  record->changed_at = row.Int(5);
  record->origin = static_cast<uint32_t>(row.Uint(6));
  record->deleted = row.Int(7) != 0;
  record->body.assign(row.View(8));
}

}  // namespace

absl::StatusOr<bool> FindOrdinary(Connection& db, uint64_t id, OrdinaryRecord* record) {
  Statement query = db.Prepare(kFindSql);
  query.Bind(id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (found) Fill(query, record);
  return found;
}

absl::StatusOr<uint64_t> FindOrdinaryByKey(Connection& db, domain::Kind kind,
                                           std::string_view key_bytes) {
  Statement query = db.Prepare(kFindByKeySql);
  query.Bind(static_cast<int>(kind)).BindBlob(key_bytes);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Uint(0) : 0;
}

absl::Status InsertOrdinary(Connection& db, const OrdinaryRecord& record) {
  return db.Prepare(kInsertSql)
      .Bind(record.id)
      .Bind(static_cast<int>(record.kind))
      .BindBlob(record.key)
      .Bind(record.revision)
      .Bind(record.last_seq)
      .Bind(record.changed_at)
      .Bind(record.origin)
      .Bind(record.deleted)
      .BindBlob(record.body)
      .Run();
}

absl::Status UpdateOrdinary(Connection& db, const OrdinaryRecord& record) {
  RETURN_IF_ERROR(db.Prepare(kUpdateSql)
                      .Bind(record.revision)
                      .Bind(record.last_seq)
                      .Bind(record.changed_at)
                      .Bind(record.origin)
                      .Bind(record.deleted)
                      .BindBlob(record.body)
                      .Bind(record.id)
                      .Run());
  return db.Prepare(kUpdateKeySql).BindBlob(record.key).Bind(record.id).Run();
}

absl::Status ScanOrdinary(Connection& db, domain::Kind kind, uint64_t after, bool descending,
                          const OrdinaryVisitor& visit) {
  Statement query = db.Prepare(descending ? kScanBackSql : kScanSql);
  const int64_t end = std::numeric_limits<int64_t>::max();
  query.Bind(static_cast<int>(kind))
      .Bind(descending && after == 0 ? end : static_cast<int64_t>(after));
  OrdinaryRecord record;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    Fill(query, &record);
    if (!visit(record)) return absl::OkStatus();
  }
}

}  // namespace entrepot::store
