// The book of conflicts: what connections showed and records did not become.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/names.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

// Records that may have an open conflict, proposal or double, in memory, so that the many that have
// none cost no question. May hold more than there are, never fewer. The writer's.
class ContestedRecords {
 public:
  absl::Status Load(Connection& db);
  bool Contains(uint64_t record_id) const { return ids_.contains(record_id); }
  void Add(uint64_t record_id) { ids_.insert(record_id); }

 private:
  absl::flat_hash_set<uint64_t> ids_;
};

// By its key; `conflict.id` is not read. Returns the id.
absl::StatusOr<uint64_t> UpsertConflict(Connection& db, Names* names, const Conflict& conflict);
// The one with the same key, open or not.
absl::StatusOr<std::optional<Conflict>> FindConflictLike(Connection& db, const Names& names,
                                                         const Conflict& conflict);
absl::StatusOr<std::optional<Conflict>> FindConflictById(Connection& db, const Names& names,
                                                         uint64_t id);
absl::StatusOr<std::vector<Conflict>> ListOpenConflictsOf(Connection& db, const Names& names,
                                                          uint64_t record_id);
absl::StatusOr<std::vector<Conflict>> ListConflictPage(Connection& db, const Names& names,
                                                       bool settled, const Page& page);
absl::StatusOr<uint64_t> CountOpenConflictsOf(Connection& db, const Names& names,
                                              std::string_view dataset);
absl::StatusOr<int> ThinConflicts(Connection& db, absl::Time before, int limit);

}  // namespace entrepot::store
