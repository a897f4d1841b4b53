// The book of proposals: values that somebody wants of a connection that owns them.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/names.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

// id 0 makes a new one. Returns the id.
absl::StatusOr<uint64_t> UpsertProposal(Connection& db, Names* names, const Proposal& proposal);
absl::StatusOr<std::vector<Proposal>> ListOpenProposalsOf(Connection& db, const Names& names,
                                                          uint64_t record_id);
absl::StatusOr<std::vector<Proposal>> ListProposalPage(Connection& db, const Names& names,
                                                       bool settled, const Page& page);
// Records with an open one.
absl::StatusOr<std::vector<uint64_t>> ListProposed(Connection& db);
absl::StatusOr<int> ThinProposals(Connection& db, absl::Time before, int limit);

}  // namespace entrepot::store
