// Records of bulk kinds, as the newest entries of the change log.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/store/bulk_index.h"
#include "core/store/bulk_places.h"
#include "core/store/change_log.h"
#include "core/store/database.h"
#include "core/store/log_row.h"

namespace entrepot::store {

// A record and the row in which it stands. nullptr: there is none.
struct BulkFound {
  const PackedEntry* entry = nullptr;
  int64_t changed_at = 0;
};

// In a connection's own view; the entry borrows from `row`.
absl::StatusOr<BulkFound> FindBulkOnDisk(Connection& db, uint64_t id, LogRow* row);

// A base digest that is newer than the record's revision.
absl::Status SaveBulkBase(Connection& db, uint64_t id, uint64_t revision, uint64_t digest);

// Fills an empty index from the file.
absl::Status LoadBulkIndex(Connection& db, const BulkPlaces& places, BulkIndex* index);

}  // namespace entrepot::store
