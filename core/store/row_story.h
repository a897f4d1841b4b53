// What is kept of rows beside the records made from them: where they stood, and who changed them
// among the dead letters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"

namespace entrepot::store {

absl::Status SaveRowPlace(Connection& db, uint64_t seq, std::string_view location, uint64_t line);
absl::StatusOr<std::optional<RowPlace>> FindRowPlace(Connection& db, uint64_t seq);

absl::Status InsertRowEdit(Connection& db, const RowEdit& edit);
// Of the rows under which connections know the record, oldest first.
absl::StatusOr<std::vector<RowEdit>> ListRowEdits(Connection& db, const Concern& concern,
                                                  int limit);
// Deletes at most `limit` of those older than `before`; returns how many.
absl::StatusOr<int> ThinRowEdits(Connection& db, absl::Time before, int limit);

}  // namespace entrepot::store
