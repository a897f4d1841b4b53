#include "core/store/migrations.h"

#include <fmt/core.h>

#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr int64_t kApplicationId = 0x456e7472;  // "Entr"

constexpr char kVersionSql[] =
    "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)"
    " FROM pragma_user_version, pragma_application_id";

absl::Status NotAStore(const Connection& connection) {
  return Failure(absl::StatusCode::kFailedPrecondition, "NOT_A_STORE",
                 fmt::format("{} belongs to another program: give the hub a data folder of its own",
                             connection.file().string()));
}

absl::Status Apply(Connection& connection, const Migration& migration, int64_t version) {
  absl::Status status = connection.Execute(
      fmt::format("BEGIN IMMEDIATE; {}; PRAGMA application_id = {}; PRAGMA user_version = {}; "
                  "COMMIT",
                  migration.sql, kApplicationId, version));
  if (!status.ok() && connection.in_transaction()) {
    connection.Execute("ROLLBACK").IgnoreError();
  }
  return status;
}

}  // namespace

absl::Status CheckIsStore(Connection& connection) {
  Statement query = connection.Prepare(kVersionSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found || query.Int(0) == 0 || query.Int(1) != kApplicationId) return NotAStore(connection);
  return absl::OkStatus();
}

absl::Status Migrate(Connection& connection, std::span<const Migration> migrations) {
  int64_t version = 0;
  {
    Statement query = connection.Prepare(kVersionSql);
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return CorruptError("its version");
    version = query.Int(0);
    const bool empty = query.Int(2) == 0;
    if (!empty && query.Int(1) != kApplicationId) return NotAStore(connection);
  }
  const auto newest = static_cast<int64_t>(migrations.size());
  if (version > newest) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STORE_TOO_NEW",
                   fmt::format("{} was written by a later release (its version is {}, this hub "
                               "knows up to {}): start that release, or restore a backup",
                               connection.file().string(), version, newest));
  }
  for (; version < newest; ++version) {
    const Migration& migration = migrations[static_cast<size_t>(version)];
    RETURN_IF_ERROR(Apply(connection, migration, version + 1));
    log::Info("the store was migrated", {{"file", connection.file().string()},
                                         {"migration", migration.name},
                                         {"version", version + 1}});
  }
  return absl::OkStatus();
}

}  // namespace entrepot::store
