#include "core/sync/resolve.h"

#include <fmt/core.h>

#include <memory>
#include <string>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/owned_write.h"

namespace entrepot::sync {
namespace {

using store::ConflictState;

// Whether a record is there is for the owner of the group to say.
absl::Status CheckExistence(const store::Reader& reader, const domain::Authority* authority,
                            const store::Conflict& conflict) {
  ASSIGN_OR_RETURN(const auto parts,
                   store::OwnedParts(reader, authority, conflict.kind, conflict.record_id));
  for (const store::OwnedPart& part : parts) {
    if (part.group != conflict.group || part.connection == conflict.connection()) continue;
    return Failure(absl::StatusCode::kFailedPrecondition, "OWNED",
                   fmt::format("whether this {} is there is for connection \"{}\" to say: delete "
                               "it, or bring it back, there",
                               domain::InfoOf(conflict.kind).name, part.connection));
  }
  return absl::OkStatus();
}

absl::Status TakeTheirs(store::Transaction& tx, const domain::Authority* authority,
                        const store::Conflict& conflict, std::string_view actor) {
  ASSIGN_OR_RETURN(const auto record, tx.Get(conflict.record_id));
  if (!record) return ConflictNotFound(conflict.id);
  store::PutRequest request{.kind = conflict.kind,
                            .id = conflict.record_id,
                            .covers = conflict.fields,
                            .deleted = conflict.deleted,
                            .origin = actor};
  const std::unique_ptr<google::protobuf::Message> theirs(domain::BodyOf(*record).New());
  if (!theirs->ParseFromString(conflict.theirs)) {
    return absl::DataLossError(fmt::format("conflict {} cannot be read", conflict.id));
  }
  request.body = theirs.get();
  if (conflict.deleted || record->deleted()) {
    RETURN_IF_ERROR(CheckExistence(tx, authority, conflict));
    return tx.Put(request).status();
  }
  std::vector<store::Proposal> proposals;
  return store::PutOrPropose(tx, authority, request, &proposals).status();
}

// The record stays. Where the connection has deleted it, it is made there anew.
absl::Status KeepOurs(store::Transaction& tx, const domain::Authority* authority,
                      const store::Conflict& conflict) {
  if (authority == nullptr || !authority->IsSink(conflict.connection(), conflict.kind)) {
    return absl::OkStatus();
  }
  if (conflict.deleted) {
    RETURN_IF_ERROR(tx.Unbind(conflict.connection(), conflict.kind, conflict.outside_id));
    ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(conflict.connection(), conflict.record_id));
    if (delivery) {
      delivery->outside_id.clear();
      RETURN_IF_ERROR(tx.SaveDelivery(*delivery));
    }
  }
  return store::SendAgain(tx, conflict.connection(), conflict.record_id);
}

}  // namespace

absl::Status ConflictNotFound(uint64_t id) {
  return Failure(absl::StatusCode::kNotFound, "CONFLICT_NOT_FOUND",
                 fmt::format("there is no conflict {}", id));
}

absl::Status Resolve(store::Transaction& tx, const domain::Authority* authority, uint64_t id,
                     v1::Keep keep, std::string_view actor) {
  ASSIGN_OR_RETURN(auto conflict, tx.GetConflict(id));
  if (!conflict) return ConflictNotFound(id);
  if (conflict->state != ConflictState::kOpen) {
    return Failure(absl::StatusCode::kFailedPrecondition, "CONFLICT_SETTLED",
                   fmt::format("conflict {} has ended: there is nothing left to decide", id));
  }
  if (keep == v1::KEEP_THEIRS) {
    RETURN_IF_ERROR(TakeTheirs(tx, authority, *conflict, actor));
    conflict->state = ConflictState::kTookTheirs;
  } else if (keep == v1::KEEP_HUB) {
    RETURN_IF_ERROR(KeepOurs(tx, authority, *conflict));
    conflict->state = ConflictState::kKeptHub;
  } else {
    return Failure(absl::StatusCode::kInvalidArgument, "NO_DECISION",
                   "keep: say whose value is kept, KEEP_HUB or KEEP_THEIRS");
  }
  conflict->closed_at = tx.now();
  conflict->closed_by = std::string(actor);
  return tx.SaveConflict(*conflict).status();
}

}  // namespace entrepot::sync
