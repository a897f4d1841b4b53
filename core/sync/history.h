// The history of a record as it is shown: every kept revision with what it changed, and where each
// value of the newest comes from. Knows no kind: all is read from descriptors.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/snapshot.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Every kept revision, newest first, with what each changed, and the origin of every field of the
// newest. NOT_FOUND (RECORD_NOT_FOUND).
absl::StatusOr<v1::GetHistoryResponse> History(const store::Reader& reader, uint64_t record_id,
                                               int revisions_max = 1000);

// What differs between two bodies of one kind, by field ("lines[2].back_ordered"), values as JSON;
// nullptr: there was none.
std::vector<v1::FieldChange> Differences(const google::protobuf::Message* before,
                                         const google::protobuf::Message* after);

// The body of a revision; nullptr: its bytes cannot be read.
std::unique_ptr<google::protobuf::Message> BodyIn(const store::LogEntry& entry);

}  // namespace entrepot::sync
