// Writing records whose fields connections own: what a connection owns is proposed to it, the rest
// is written. And sending a record to a sink once more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/transaction.h"

namespace entrepot::store {

// Fields of a record that a connection owns and has.
struct OwnedPart {
  std::string connection;
  std::string group;
  std::vector<int> fields;  // by index in the kind's descriptor
};
// `record_id` 0: of a record that is new, whether its owners have it or not. `authority` may be
// nullptr: nothing is owned. Errors of the store.
absl::StatusOr<std::vector<OwnedPart>> OwnedParts(const Reader& reader,
                                                  const domain::Authority* authority,
                                                  domain::Kind kind, uint64_t record_id);

// Puts what nobody else owns, and proposes the rest to its owners; `proposals` gets the latter.
// `request.id` is needed. Errors of Put, and FAILED_PRECONDITION (OWNED) that names the field and
// its owner, where that takes no records.
absl::StatusOr<PutResult> PutOrPropose(Transaction& tx, const domain::Authority* authority,
                                       const PutRequest& request, std::vector<Proposal>* proposals);

// The record is sent to the sink once more, whatever was delivered before. Errors of the store.
absl::Status SendAgain(Transaction& tx, std::string_view connection, uint64_t record_id);

// FAILED_PRECONDITION (OWNED).
absl::Status OwnedError(domain::Kind kind, const std::vector<int>& fields,
                        std::string_view connection);

}  // namespace entrepot::store
