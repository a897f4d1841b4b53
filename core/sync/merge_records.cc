#include "core/sync/merge_records.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/merge.h"
#include "core/domain/rewrite.h"
#include "core/store/owned_write.h"

namespace entrepot::sync {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kReferrersMax = 100'000;
constexpr int kPerPage = 1000;

absl::Status TooMany() {
  return Failure(absl::StatusCode::kResourceExhausted, "TOO_MANY_REFERRERS",
                 fmt::format("more than {} records refer to the one that would be gone: keep that "
                             "one instead",
                             kReferrersMax));
}

bool Refers(const domain::KindInfo& info, const Message& body, uint64_t id) {
  const std::vector<uint64_t> ids = domain::ReferencesOf(info, body);
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

absl::Status AddReferrers(const store::Reader& reader, const domain::KindInfo& info, uint64_t id,
                          std::vector<uint64_t>* ids) {
  for (store::Page page{.limit = kPerPage};;) {
    ASSIGN_OR_RETURN(const auto records, reader.List(info.kind, page));
    if (records.empty()) return absl::OkStatus();
    for (const v1::Record& record : records) {
      if (Refers(info, domain::BodyOf(record), id)) ids->push_back(record.id());
    }
    if (ids->size() > kReferrersMax) return TooMany();
    page.after = records.back().id();
  }
}

absl::StatusOr<v1::Record> Required(const store::Reader& reader, uint64_t id) {
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (record) return *std::move(record);
  return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                 fmt::format("there is no record with the id {}", id));
}

absl::Status CheckPair(const v1::Record& kept, const v1::Record& gone) {
  const domain::KindInfo& info = domain::InfoOf(kept.body_case());
  std::string wrong;
  if (kept.id() == gone.id()) wrong = "they are the same record";
  if (kept.body_case() != gone.body_case()) wrong = "they are records of two kinds";
  if (info.hub_owned) wrong = fmt::format("the hub itself makes records of kind {}", info.name);
  if (info.bulk) wrong = fmt::format("records of kind {} have no identity of their own", info.name);
  if (kept.deleted() || gone.deleted()) wrong = "one of them is deleted";
  if (wrong.empty()) return absl::OkStatus();
  return Failure(
      absl::StatusCode::kInvalidArgument, "NOT_MERGEABLE",
      fmt::format("records {} and {} cannot be merged: {}", kept.id(), gone.id(), wrong));
}

absl::StatusOr<bool> Knows(const store::Reader& reader, std::string_view connection, uint64_t id) {
  ASSIGN_OR_RETURN(const auto bindings, reader.BindingsOf(id));
  return std::any_of(bindings.begin(), bindings.end(),
                     [&](const auto& binding) { return binding.first == connection; });
}

bool IsSet(const Message& body, const FieldDescriptor* field) {
  return field->is_repeated() ? body.GetReflection()->FieldSize(body, field) > 0
                              : body.GetReflection()->HasField(body, field);
}

// Fields that the kept record takes from the other, by index.
absl::StatusOr<std::vector<int>> Taken(const store::Reader& reader,
                                       const domain::Authority* authority, const v1::Record& kept,
                                       const v1::Record& gone) {
  const domain::KindInfo& info = domain::InfoOf(kept.body_case());
  std::vector<int> taken;
  for (int i = 0; i < info.descriptor->field_count(); ++i) {
    const FieldDescriptor* field = info.descriptor->field(i);
    if (std::find(info.key.begin(), info.key.end(), field) != info.key.end()) continue;
    bool owner_has_kept = false;
    bool owner_has_gone = false;
    if (authority != nullptr && authority->Rules(info.kind)) {
      const auto group = static_cast<size_t>(info.group_of[static_cast<size_t>(i)]);
      const domain::GroupRule& rule = authority->RulesOf(info.kind)[group];
      const bool ruled = std::find(rule.fields.begin(), rule.fields.end(), i) != rule.fields.end();
      if (ruled && rule.policy == domain::Policy::kOwner) {
        ASSIGN_OR_RETURN(owner_has_kept, Knows(reader, rule.owner, kept.id()));
        ASSIGN_OR_RETURN(owner_has_gone, Knows(reader, rule.owner, gone.id()));
      }
    }
    const bool lacks = !IsSet(domain::BodyOf(kept), field) && IsSet(domain::BodyOf(gone), field);
    if (owner_has_kept ? false : owner_has_gone || lacks) taken.push_back(i);
  }
  return taken;
}

class Merger {
 public:
  Merger(store::Transaction& tx, const domain::Authority* authority, std::string_view actor)
      : tx_(tx), authority_(authority), actor_(actor) {}

  absl::Status Merge(uint64_t kept, uint64_t gone, const std::vector<uint64_t>& referrers);

 private:
  absl::Status Rewrite(uint64_t referrer, uint64_t kept, uint64_t gone);
  absl::Status MergeTwin(const v1::Record& referrer, uint64_t twin);
  absl::Status SendKept(uint64_t kept, uint64_t gone);
  absl::Status CloseBooks(uint64_t kept, uint64_t gone);

  store::Transaction& tx_;
  const domain::Authority* authority_;
  const std::string_view actor_;
};

absl::Status Merger::Merge(uint64_t kept, uint64_t gone, const std::vector<uint64_t>& referrers) {
  ASSIGN_OR_RETURN(const v1::Record merged, MergedRecord(tx_, authority_, kept, gone));
  RETURN_IF_ERROR(SendKept(kept, gone));
  RETURN_IF_ERROR(CloseBooks(kept, gone));
  RETURN_IF_ERROR(tx_.Absorb(gone, kept));
  RETURN_IF_ERROR(tx_.Put({.kind = merged.body_case(),
                           .id = kept,
                           .body = &domain::BodyOf(merged),
                           .origin = actor_})
                      .status());
  for (const uint64_t referrer : referrers) RETURN_IF_ERROR(Rewrite(referrer, kept, gone));
  return tx_.Put({.kind = merged.body_case(), .id = gone, .deleted = true, .origin = actor_})
      .status();
}

absl::Status Merger::Rewrite(uint64_t referrer, uint64_t kept, uint64_t gone) {
  ASSIGN_OR_RETURN(auto record, tx_.Get(referrer));
  if (!record || record->deleted()) return absl::OkStatus();
  const domain::KindInfo& info = domain::InfoOf(record->body_case());
  Message* body = domain::MutableBodyOf(&*record, info.kind);
  if (!domain::RewriteReferences(info, gone, kept, body)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto twin, tx_.FindByKey(info.kind, domain::KeyBytes(info, *body)));
  if (twin && *twin != referrer) return MergeTwin(*record, *twin);
  return tx_.Put({.kind = info.kind, .id = referrer, .body = body, .origin = actor_}).status();
}

// The kept record has one like it already.
absl::Status Merger::MergeTwin(const v1::Record& referrer, uint64_t twin) {
  const domain::KindInfo& info = domain::InfoOf(referrer.body_case());
  ASSIGN_OR_RETURN(const auto other, tx_.Get(twin));
  const bool mergeable = !info.bulk && !info.hub_owned && other && !other->deleted();
  if (!mergeable) {
    return tx_.Put({.kind = info.kind, .id = referrer.id(), .deleted = true, .origin = actor_})
        .status();
  }
  std::vector<uint64_t> referrers;
  for (const domain::KindInfo& kind : domain::Kinds()) {
    if (!domain::RefersTo(kind, info.kind)) continue;
    RETURN_IF_ERROR(AddReferrers(tx_, kind, referrer.id(), &referrers));
  }
  return Merge(twin, referrer.id(), referrers);
}

// Whoever had the one that is gone is shown the kept one.
absl::Status Merger::SendKept(uint64_t kept, uint64_t gone) {
  ASSIGN_OR_RETURN(const auto record, tx_.Get(gone));
  ASSIGN_OR_RETURN(const auto bindings, tx_.BindingsOf(gone));
  for (const auto& [connection, outside_id] : bindings) {
    const bool sink =
        record && authority_ != nullptr && authority_->IsSink(connection, record->body_case());
    ASSIGN_OR_RETURN(const bool has_kept, Knows(tx_, connection, kept));
    if (!sink || has_kept) continue;
    RETURN_IF_ERROR(store::SendAgain(tx_, connection, kept));
    ASSIGN_OR_RETURN(auto delivery, tx_.GetDelivery(connection, kept));
    if (!delivery || !delivery->outside_id.empty()) continue;
    delivery->outside_id = outside_id;
    RETURN_IF_ERROR(tx_.SaveDelivery(*delivery));
  }
  return absl::OkStatus();
}

absl::Status Merger::CloseBooks(uint64_t kept, uint64_t gone) {
  ASSIGN_OR_RETURN(const auto conflicts, tx_.OpenConflictsOf(gone));
  for (store::Conflict conflict : conflicts) {
    conflict.state = store::ConflictState::kReplaced;
    conflict.closed_at = tx_.now();
    conflict.closed_by = std::string(actor_);
    RETURN_IF_ERROR(tx_.SaveConflict(conflict).status());
  }
  ASSIGN_OR_RETURN(const auto proposals, tx_.OpenProposalsOf(gone));
  for (store::Proposal proposal : proposals) {
    proposal.state = store::ProposalState::kReplaced;
    proposal.closed_at = tx_.now();
    RETURN_IF_ERROR(tx_.SaveProposal(proposal).status());
  }
  ASSIGN_OR_RETURN(const auto pairs, tx_.OpenDoublesOf(gone));
  for (store::Double pair : pairs) {
    const uint64_t other = pair.first == gone ? pair.second : pair.first;
    if (other != kept) {
      store::Double next = pair;
      next.first = other;
      next.second = kept;
      RETURN_IF_ERROR(tx_.NoteDouble(next));
    }
    pair.state = other == kept ? store::DoubleState::kMerged : store::DoubleState::kGone;
    pair.closed_at = tx_.now();
    pair.closed_by = std::string(actor_);
    RETURN_IF_ERROR(tx_.SaveDouble(pair));
  }
  return absl::OkStatus();
}

// Those that came to refer to the record since it was looked.
absl::Status AddSince(store::Transaction& tx, uint64_t after, domain::Kind target,
                      std::vector<uint64_t>* ids) {
  while (true) {
    ASSIGN_OR_RETURN(const auto entries, tx.ReadLog(after, kPerPage));
    if (entries.empty()) return absl::OkStatus();
    for (const store::LogEntry& entry : entries) {
      if (domain::RefersTo(domain::InfoOf(entry.kind), target)) ids->push_back(entry.record_id);
    }
    if (ids->size() > kReferrersMax) return TooMany();
    after = entries.back().seq;
  }
}

}  // namespace

absl::StatusOr<Referrers> FindReferrers(const store::Store& store, uint64_t record_id) {
  Referrers referrers{.log_head = store.log_head()};
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store.Read());
  ASSIGN_OR_RETURN(const v1::Record record, Required(*snapshot, record_id));
  for (const domain::KindInfo& info : domain::Kinds()) {
    if (!domain::RefersTo(info, record.body_case())) continue;
    RETURN_IF_ERROR(AddReferrers(*snapshot, info, record_id, &referrers.ids));
  }
  return referrers;
}

absl::StatusOr<v1::Record> MergedRecord(const store::Reader& reader,
                                        const domain::Authority* authority, uint64_t kept,
                                        uint64_t gone) {
  ASSIGN_OR_RETURN(v1::Record record, Required(reader, kept));
  ASSIGN_OR_RETURN(const v1::Record other, Required(reader, gone));
  RETURN_IF_ERROR(CheckPair(record, other));
  ASSIGN_OR_RETURN(const std::vector<int> taken, Taken(reader, authority, record, other));
  if (!taken.empty()) {
    domain::MergeCovered(domain::BodyOf(other), taken,
                         domain::MutableBodyOf(&record, record.body_case()));
  }
  return record;
}

absl::Status MergeRecords(store::Transaction& tx, const domain::Authority* authority, uint64_t kept,
                          uint64_t gone, const Referrers& referrers, std::string_view actor) {
  ASSIGN_OR_RETURN(const v1::Record record, Required(tx, gone));
  std::vector<uint64_t> ids = referrers.ids;
  RETURN_IF_ERROR(AddSince(tx, referrers.log_head, record.body_case(), &ids));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return Merger(tx, authority, actor).Merge(kept, gone, ids);
}

}  // namespace entrepot::sync
