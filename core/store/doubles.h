// The book of doubles, records that may be one, and of those that a person has merged.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

// A pair that is noted already, open or not, stays as it is.
absl::Status InsertDouble(Connection& db, const Double& pair);
absl::Status UpdateDouble(Connection& db, const Double& pair);
absl::StatusOr<std::optional<Double>> FindDouble(Connection& db, uint64_t one, uint64_t other);
absl::StatusOr<std::vector<Double>> ListDoublePage(Connection& db, bool settled, const Page& page);
absl::StatusOr<std::vector<Double>> ListOpenDoublesOf(Connection& db, uint64_t record_id);
// Records with an open pair.
absl::StatusOr<std::vector<uint64_t>> ListDoubled(Connection& db);
absl::StatusOr<int> ThinDoubles(Connection& db, absl::Time before, int limit);

// Those that were merged into `gone` are merged into `kept` too.
absl::Status SaveMerged(Connection& db, uint64_t gone, uint64_t kept, absl::Time at);
absl::StatusOr<std::optional<uint64_t>> FindMergedInto(Connection& db, uint64_t record_id);
// (gone, kept), in order of gone.
absl::StatusOr<std::vector<std::pair<uint64_t, uint64_t>>> ListMerged(Connection& db);

}  // namespace entrepot::store
