// A record's way through the hub in plain sentences, oldest first: when it came from where, what
// each revision changed, where it was delivered, and what it is tied to. Knows no kind: all is
// read from descriptors. Also the differences between revisions that a history shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/snapshot.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// NOT_FOUND (RECORD_NOT_FOUND). Shows at most `revisions_max` revisions and 20 related records.
absl::StatusOr<v1::TraceResponse> Trace(const store::Reader& reader, uint64_t record_id,
                                        int revisions_max = 200);

// Every kept revision, newest first, with what each changed, and the origin of every field of the
// newest. NOT_FOUND (RECORD_NOT_FOUND).
absl::StatusOr<v1::GetHistoryResponse> History(const store::Reader& reader, uint64_t record_id,
                                               int revisions_max = 1000);

// What differs between two bodies of one kind, by field ("lines[2].back_ordered"), values as JSON;
// nullptr: there was none.
std::vector<v1::FieldChange> Differences(const google::protobuf::Message* before,
                                         const google::protobuf::Message* after);

}  // namespace entrepot::sync
