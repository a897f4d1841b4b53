// A record's way through the hub in plain sentences, oldest first: when it came from where, what
// each revision changed, what each system calls it, how it stands with each sink, which documents
// belong to it and how they fare, and who waits for whom. Knows no kind: all is read from
// descriptors.
#pragma once

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// NOT_FOUND (RECORD_NOT_FOUND). Shows at most `revisions_max` revisions, 20 of each document that
// belongs to it, and 20 such documents.
absl::StatusOr<v1::TraceResponse> Trace(const store::Reader& reader, uint64_t record_id,
                                        int revisions_max = 200);

}  // namespace entrepot::sync
