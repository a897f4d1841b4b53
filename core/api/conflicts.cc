#include "core/api/conflicts.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/api/items.h"
#include "core/api/page.h"
#include "core/base/status_macros.h"
#include "core/sync/history.h"
#include "core/sync/key_text.h"
#include "core/sync/resolve.h"
#include "core/trade/answers.h"

namespace entrepot::api {
namespace {

using google::protobuf::Message;

v1::ConflictPolicy PolicyOf(domain::Policy policy) {
  switch (policy) {
    case domain::Policy::kOwner: return v1::CONFLICT_POLICY_OWNER;
    case domain::Policy::kLatest: return v1::CONFLICT_POLICY_LATEST;
    case domain::Policy::kHold: return v1::CONFLICT_POLICY_HOLD;
    case domain::Policy::kNone: break;
  }
  return v1::CONFLICT_POLICY_UNSPECIFIED;
}

v1::ConflictState StateOf(store::ConflictState state) {
  switch (state) {
    case store::ConflictState::kOpen: return v1::CONFLICT_STATE_OPEN;
    case store::ConflictState::kAgreed: return v1::CONFLICT_STATE_AGREED;
    case store::ConflictState::kKeptHub: return v1::CONFLICT_STATE_KEPT_HUB;
    case store::ConflictState::kTookTheirs: return v1::CONFLICT_STATE_TOOK_THEIRS;
    case store::ConflictState::kReplaced: return v1::CONFLICT_STATE_REPLACED;
  }
  return v1::CONFLICT_STATE_UNSPECIFIED;
}

std::unique_ptr<Message> PartOf(const Message& body, std::span<const int> fields) {
  std::unique_ptr<Message> part(body.New());
  part->MergeFrom(body);
  domain::KeepOnly(fields, part.get());
  return part;
}

// Where the hub's values of the fields come from.
absl::Status AddOrigins(const store::Reader& reader, uint64_t record_id, v1::Conflict* shown) {
  ASSIGN_OR_RETURN(const v1::GetHistoryResponse history, sync::History(reader, record_id));
  for (v1::ConflictField& field : *shown->mutable_fields()) {
    const std::string name = field.field().substr(0, field.field().find_first_of("[."));
    for (const v1::FieldOrigin& origin : history.origins()) {
      if (origin.field() != name) continue;
      field.set_hub_origin(origin.origin());
      *field.mutable_hub_changed_at() = origin.changed_at();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Conflict> Conflicts::Show(const store::Reader& reader,
                                             const store::Conflict& conflict) const {
  const domain::KindInfo& kind = domain::InfoOf(conflict.kind);
  v1::Conflict shown;
  shown.set_id(conflict.id);
  shown.set_group(conflict.group);
  shown.set_dataset(conflict.dataset);
  shown.set_outside_id(conflict.outside_id);
  shown.set_policy(PolicyOf(conflict.policy));
  shown.set_state(StateOf(conflict.state));
  ToProto(conflict.raised_at, shown.mutable_raised_at());
  ToProto(conflict.seen_at, shown.mutable_seen_at());
  shown.set_times(conflict.times);
  shown.set_deleted_there(conflict.deleted);
  const bool open = conflict.state == store::ConflictState::kOpen;
  if (!open) ToProto(conflict.closed_at, shown.mutable_closed_at());
  shown.set_closed_by(conflict.closed_by);
  const auto group = static_cast<size_t>(
      std::find(kind.groups.begin(), kind.groups.end(), conflict.group) - kind.groups.begin());
  if (authority_ != nullptr && authority_->Rules(conflict.kind) && group < kind.groups.size()) {
    shown.set_owner(authority_->RulesOf(conflict.kind)[group].owner);
  }
  shown.mutable_record()->set_id(conflict.record_id);
  shown.mutable_record()->set_kind(kind.name);
  ASSIGN_OR_RETURN(const auto record, reader.Get(conflict.record_id));
  if (!record) return shown;
  const Message& body = domain::BodyOf(*record);
  ASSIGN_OR_RETURN(*shown.mutable_record()->mutable_key(), sync::KeyTextOf(reader, kind, body));
  shown.set_deleted_here(record->deleted());
  if (conflict.deleted) return shown;
  const std::unique_ptr<Message> theirs(body.New());
  std::unique_ptr<Message> ours = PartOf(body, conflict.fields);
  const bool readable =
      theirs->ParseFromString(conflict.theirs) && (open || ours->ParseFromString(conflict.ours));
  if (!readable) {
    return absl::DataLossError(fmt::format("conflict {} cannot be read", conflict.id));
  }
  for (const v1::FieldChange& change : sync::Differences(ours.get(), theirs.get())) {
    v1::ConflictField* field = shown.add_fields();
    field->set_field(change.field());
    field->set_hub(change.before());
    field->set_theirs(change.after());
  }
  return shown;
}

absl::StatusOr<v1::ListConflictsResponse> Conflicts::List(
    const v1::ListConflictsRequest& request) const {
  const std::string list = request.settled() ? "conflicts/all" : "conflicts";
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(auto conflicts, reader->ListConflicts(request.settled(), page));
  v1::ListConflictsResponse response;
  ClosePage(list, page, &conflicts, &response);
  for (const store::Conflict& conflict : conflicts) {
    ASSIGN_OR_RETURN(*response.add_conflicts(), Show(*reader, conflict));
  }
  return response;
}

absl::StatusOr<v1::GetConflictResponse> Conflicts::Get(
    const v1::GetConflictRequest& request) const {
  ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(const auto conflict, reader->GetConflict(request.id()));
  if (!conflict) return sync::ConflictNotFound(request.id());
  v1::GetConflictResponse response;
  ASSIGN_OR_RETURN(*response.mutable_conflict(), Show(*reader, *conflict));
  RETURN_IF_ERROR(AddOrigins(*reader, conflict->record_id, response.mutable_conflict()));
  return response;
}

absl::StatusOr<v1::ResolveConflictResponse> Conflicts::Resolve(
    const v1::ResolveConflictRequest& request, std::string_view actor) {
  return trade::WriteOnce<v1::ResolveConflictResponse>(
      store_, "ResolveConflict", request,
      [&](store::Transaction& tx, v1::ResolveConflictResponse* response) -> absl::Status {
        RETURN_IF_ERROR(sync::Resolve(tx, authority_, request.id(), request.keep(), actor));
        ASSIGN_OR_RETURN(const auto settled, tx.GetConflict(request.id()));
        if (!settled) return sync::ConflictNotFound(request.id());
        ASSIGN_OR_RETURN(*response->mutable_conflict(), Show(tx, *settled));
        return absl::OkStatus();
      });
}

}  // namespace entrepot::api
