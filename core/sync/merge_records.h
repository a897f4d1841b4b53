// Two records that are one: what a merge would do, and the merge itself. A person decides.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/store.h"

namespace entrepot::sync {

// Records that refer to another one, as of a place in the log.
struct Referrers {
  std::vector<uint64_t> ids;
  uint64_t log_head = 0;
};

// Reads every record of the kinds that may refer to it: outside of transactions. RESOURCE_EXHAUSTED
// (TOO_MANY_REFERRERS); errors of Store::Read.
absl::StatusOr<Referrers> FindReferrers(const store::Store& store, uint64_t record_id);

// What the kept record would be. Its own values stand; where it has none, the other's are taken,
// and so are those of groups whose owner has the other one only. `authority` may be nullptr.
absl::StatusOr<v1::Record> MergedRecord(const store::Reader& reader,
                                        const domain::Authority* authority, uint64_t kept,
                                        uint64_t gone);

// In one transaction: the kept record takes what it lacks; all that referred to the one that is
// gone refers to it, by revisions in the name of `actor`; so do outside ids and the key of the one
// that is gone, which is deleted and keeps its history. A referrer that then would have the key of
// another is merged into that. NOT_FOUND (RECORD_NOT_FOUND); INVALID_ARGUMENT (NOT_MERGEABLE: they
// are of two kinds, or of one that the hub makes, or one of them is gone); errors of Put.
absl::Status MergeRecords(store::Transaction& tx, const domain::Authority* authority, uint64_t kept,
                          uint64_t gone, const Referrers& referrers, std::string_view actor);

}  // namespace entrepot::sync
