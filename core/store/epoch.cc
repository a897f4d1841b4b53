#include "core/store/epoch.h"

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr char kLoadSql[] =
    "SELECT number, began_at, backup_at, record_id FROM epoch ORDER BY number DESC LIMIT 1";
constexpr char kSaveSql[] =
    "INSERT INTO epoch (number, began_at, backup_at, record_id) VALUES (?, ?, ?, ?)";

}  // namespace

absl::StatusOr<Epoch> LoadEpoch(Connection& db) {
  Statement query = db.Prepare(kLoadSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return CorruptError("its epoch");
  return Epoch{.number = query.Uint(0),
               .began_at = query.Time(1),
               .backup_at = query.Time(2),
               .record_id = query.Uint(3)};
}

absl::Status SaveEpoch(Connection& db, const Epoch& epoch) {
  return db.Prepare(kSaveSql)
      .Bind(epoch.number)
      .Bind(epoch.began_at)
      .Bind(epoch.backup_at)
      .Bind(epoch.record_id)
      .Run();
}

}  // namespace entrepot::store
