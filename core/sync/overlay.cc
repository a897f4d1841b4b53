#include "core/sync/overlay.h"

#include <algorithm>
#include <memory>
#include <string>

#include "core/base/status_macros.h"
#include "core/domain/merge.h"

namespace entrepot::sync {
namespace {

absl::Status Put(const std::string& bytes, const std::vector<int>& fields,
                 google::protobuf::Message* body) {
  const std::unique_ptr<google::protobuf::Message> part(body->New());
  if (!part->ParseFromString(bytes)) {
    return absl::DataLossError("a conflict or proposal cannot be read");
  }
  if (!fields.empty()) domain::MergeCovered(*part, fields, body);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int>> Overlay(const store::Reader& reader, std::string_view connection,
                                         v1::Record* record) {
  std::vector<int> asked;
  if (record->deleted()) return asked;
  const domain::KindInfo& kind = domain::InfoOf(record->body_case());
  google::protobuf::Message* body = domain::MutableBodyOf(record, kind.kind);
  ASSIGN_OR_RETURN(const auto conflicts, reader.OpenConflictsOf(record->id()));
  for (const store::Conflict& conflict : conflicts) {
    const bool held = conflict.policy == domain::Policy::kHold && !conflict.deleted;
    if (!held || conflict.connection() != connection) continue;
    RETURN_IF_ERROR(Put(conflict.theirs, conflict.fields, body));
  }
  ASSIGN_OR_RETURN(const auto proposals, reader.OpenProposalsOf(record->id()));
  for (const store::Proposal& proposal : proposals) {
    if (proposal.connection != connection) continue;
    RETURN_IF_ERROR(Put(proposal.wanted, proposal.fields, body));
    const auto group = std::find(kind.groups.begin(), kind.groups.end(), proposal.group);
    asked.push_back(static_cast<int>(group - kind.groups.begin()));
  }
  return asked;
}

}  // namespace entrepot::sync
