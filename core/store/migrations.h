// The schema, step by step: core/store/migrations/NNNN_name.sql, embedded at build. A released file
// is never edited.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "core/store/database.h"

namespace entrepot::store {

struct Migration {
  std::string_view name;
  std::string_view sql;
};

// In order: the first leads from version 0 to 1. Defined in the generated file.
std::span<const Migration> Migrations();

// Is this some version of the hub's store? FAILED_PRECONDITION (NOT_A_STORE).
absl::Status CheckIsStore(Connection& connection);

// Brings the file to the newest version, each step a transaction that also sets user_version.
// FAILED_PRECONDITION (STORE_TOO_NEW: made by a later release; NOT_A_STORE: another program's
// file).
absl::Status Migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace entrepot::store
