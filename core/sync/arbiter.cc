#include "core/sync/arbiter.h"

#include <algorithm>
#include <memory>

#include "core/base/status_macros.h"
#include "core/domain/merge.h"
#include "core/store/owned_write.h"

namespace entrepot::sync {
namespace {

using domain::Policy;
using google::protobuf::Message;
using store::ConflictState;

// A system that puts its value back again and again is not overwritten for ever.
constexpr uint32_t kSentMax = 3;

bool Contains(const std::vector<int>& fields, int index) {
  return std::find(fields.begin(), fields.end(), index) != fields.end();
}

std::string BytesOf(const Message& body, std::span<const int> fields) {
  const std::unique_ptr<Message> part(body.New());
  part->MergeFrom(body);
  domain::KeepOnly(fields, part.get());
  std::string bytes;
  domain::AppendCanonicalBytes(*part, &bytes);
  return bytes;
}

const domain::GroupRule& RuleOf(const DatasetPlan& dataset, int group) {
  return dataset.authority->RulesOf(dataset.kind->kind)[static_cast<size_t>(group)];
}

}  // namespace

absl::StatusOr<Verdict> Arbiter::Judge(const store::Transaction& tx, const Claim& claim) {
  Verdict verdict;
  const bool gone_here = claim.known->deleted();
  if (Judges() && (gone_here || claim.item->deleted)) {
    // Whether the record is there at all is for the owner of its first group to say.
    const Dispute existence{RuleOf(*dataset_, 0), 0, CoveredIn(claim, 0)};
    const bool differs = gone_here != claim.item->deleted;
    ASSIGN_OR_RETURN(const bool wins, Wins(tx, claim, existence));
    if (differs && !wins) verdict.lost.push_back(ConflictOf(tx, claim, existence));
    if (!differs || !wins) return verdict;
  }
  verdict.deletes = claim.item->deleted;
  if (verdict.deletes) return verdict;
  for (const int group : claim.groups) RETURN_IF_ERROR(JudgeGroup(tx, claim, group, &verdict));
  std::sort(verdict.covers.begin(), verdict.covers.end());
  return verdict;
}

// The fields of a group that the dataset speaks for.
std::vector<int> Arbiter::CoveredIn(const Claim& claim, int group) const {
  const domain::KindInfo& kind = *dataset_->kind;
  std::vector<int> fields = domain::CoveredOfGroups(kind, translator_->covers(), {&group, 1});
  if (!claim.foreign_key) return fields;
  std::erase_if(fields, [&](int index) {
    const auto* field = kind.descriptor->field(index);
    return std::find(kind.key.begin(), kind.key.end(), field) != kind.key.end();
  });
  return fields;
}

absl::Status Arbiter::JudgeGroup(const store::Transaction& tx, const Claim& claim, int group,
                                 Verdict* verdict) {
  std::vector<int> fields = CoveredIn(claim, group);
  if (Judges() && RuleOf(*dataset_, group).policy != Policy::kNone && !claim.known->deleted()) {
    Dispute dispute{RuleOf(*dataset_, group), group, {}};
    for (const int field : fields) {
      if (Contains(dispute.rule.fields, field)) dispute.fields.push_back(field);
    }
    const bool differs =
        !domain::SameFields(domain::BodyOf(*claim.known), *claim.item->body, dispute.fields);
    ASSIGN_OR_RETURN(const bool wins, Wins(tx, claim, dispute));
    if (differs && !wins) {
      verdict->lost.push_back(ConflictOf(tx, claim, dispute));
      std::erase_if(fields, [&](int field) { return Contains(dispute.fields, field); });
    }
  }
  verdict->covers.insert(verdict->covers.end(), fields.begin(), fields.end());
  return absl::OkStatus();
}

absl::StatusOr<bool> Arbiter::Wins(const store::Transaction& tx, const Claim& claim,
                                   const Dispute& dispute) {
  switch (dispute.rule.policy) {
    case Policy::kNone: return true;
    case Policy::kOwner: {
      if (dispute.rule.owner == dataset_->connection) return true;
      ASSIGN_OR_RETURN(const bool owned, OwnerKnows(tx, claim, dispute.rule));
      return !owned;
    }
    case Policy::kLatest: return true;
    case Policy::kHold: return claim.base != nullptr && !HubChanged(claim, dispute.group);
  }
  return true;
}

// Until the owner has the record, its values are those of who made it.
absl::StatusOr<bool> Arbiter::OwnerKnows(const store::Transaction& tx, const Claim& claim,
                                         const domain::GroupRule& rule) const {
  ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(claim.known->id()));
  return std::any_of(bindings.begin(), bindings.end(),
                     [&](const auto& binding) { return binding.first == rule.owner; });
}

// Since the connection last showed the record, or took it from the hub.
bool Arbiter::HubChanged(const Claim& claim, int group) {
  if (claim.known->deleted()) return true;
  const Message& body = domain::BodyOf(*claim.known);
  const std::unique_ptr<Message> seen(body.New());
  seen->MergeFrom(body);
  if (claim.foreign_key && claim.item->body != nullptr) {
    // The base is of a body with the dataset's own key.
    std::vector<int> key;
    for (const auto* field : dataset_->kind->key) key.push_back(field->index());
    domain::MergeCovered(*claim.item->body, key, seen.get());
  }
  std::vector<uint64_t> digests;
  translator_->DigestOf(*seen, &digests);
  const auto at = static_cast<size_t>(group);
  return at >= claim.base->digests.size() || claim.base->digests[at] != digests[at];
}

store::Conflict Arbiter::ConflictOf(const store::Transaction& tx, const Claim& claim,
                                    const Dispute& dispute) const {
  const Message& ours = domain::BodyOf(*claim.known);
  return {
      .record_id = claim.known->id(),
      .kind = dataset_->kind->kind,
      .group = dataset_->kind->groups[static_cast<size_t>(dispute.group)],
      .dataset = dataset_->path,
      .outside_id = claim.item->outside_id,
      .policy = dispute.rule.policy,
      .fields = dispute.fields,
      .theirs = claim.item->deleted ? std::string() : BytesOf(*claim.item->body, dispute.fields),
      .ours = BytesOf(ours, dispute.fields),
      .deleted = claim.item->deleted,
      .raised_at = tx.now(),
      .seen_at = tx.now()};
}

absl::Status Arbiter::Record(store::Transaction& tx, const Claim& claim, const Verdict& verdict) {
  if (!Judges()) return absl::OkStatus();
  RETURN_IF_ERROR(EndOthers(tx, claim, verdict));
  for (const store::Conflict& lost : verdict.lost) RETURN_IF_ERROR(Keep(tx, lost));
  return EndProposals(tx, claim);
}

// The owner shows the group anew after a proposal was delivered to it: that is its answer.
absl::Status Arbiter::EndProposals(store::Transaction& tx, const Claim& claim) {
  if (claim.item->deleted) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto open, tx.OpenProposalsOf(claim.known->id()));
  for (store::Proposal proposal : open) {
    if (proposal.connection != dataset_->connection) continue;
    const auto& groups = dataset_->kind->groups;
    const auto group =
        static_cast<int>(std::find(groups.begin(), groups.end(), proposal.group) - groups.begin());
    if (!Contains(claim.groups, group)) continue;
    const std::unique_ptr<Message> wanted(claim.item->body->New());
    if (!wanted->ParseFromString(proposal.wanted)) {
      return absl::DataLossError("a proposal cannot be read");
    }
    const bool accepted = domain::SameFields(*claim.item->body, *wanted, proposal.fields);
    ASSIGN_OR_RETURN(const auto delivery, tx.GetDelivery(proposal.connection, proposal.record_id));
    const bool delivered = delivery && delivery->state == store::DeliveryState::kDelivered &&
                           delivery->due >= proposal.made_at;  // of the answer
    if (!accepted && !delivered) continue;  // it shows this without having seen the proposal
    proposal.state = accepted ? store::ProposalState::kAccepted : store::ProposalState::kDeclined;
    proposal.closed_at = tx.now();
    RETURN_IF_ERROR(tx.SaveProposal(proposal).status());
  }
  return absl::OkStatus();
}

// The connection now shows something else in these groups than when the conflict was raised.
absl::Status Arbiter::EndOthers(store::Transaction& tx, const Claim& claim,
                                const Verdict& verdict) {
  ASSIGN_OR_RETURN(const auto open, tx.OpenConflictsOf(claim.known->id()));
  for (store::Conflict conflict : open) {
    if (conflict.connection() != dataset_->connection) continue;
    const auto& groups = dataset_->kind->groups;
    const auto group =
        static_cast<int>(std::find(groups.begin(), groups.end(), conflict.group) - groups.begin());
    if (!Contains(claim.groups, group)) continue;
    const auto lost = std::find_if(verdict.lost.begin(), verdict.lost.end(),
                                   [&](const auto& l) { return l.group == conflict.group; });
    const bool same = lost != verdict.lost.end() && lost->theirs == conflict.theirs &&
                      lost->deleted == conflict.deleted;
    if (same) continue;
    conflict.state = lost == verdict.lost.end() ? ConflictState::kAgreed : ConflictState::kReplaced;
    conflict.closed_at = tx.now();
    RETURN_IF_ERROR(tx.SaveConflict(conflict).status());
  }
  return absl::OkStatus();
}

absl::Status Arbiter::Keep(store::Transaction& tx, store::Conflict conflict) {
  ASSIGN_OR_RETURN(const auto known, tx.FindConflict(conflict));
  if (known) {
    const bool same_ours = known->ours == conflict.ours;
    conflict.raised_at = known->raised_at;
    conflict.times = known->times + 1;
    conflict.sent = same_ours ? known->sent : 0;
    // A person has decided between these two values: nobody is asked again.
    if (known->state == ConflictState::kKeptHub && same_ours) {
      conflict.state = known->state;
      conflict.closed_at = known->closed_at;
      conflict.closed_by = known->closed_by;
    }
  }
  const bool sends = conflict.policy != Policy::kHold || conflict.state == ConflictState::kKeptHub;
  const bool takes = dataset_->authority->IsSink(dataset_->connection, conflict.kind);
  if (sends && takes && !conflict.deleted && conflict.sent < kSentMax) {
    ++conflict.sent;
    RETURN_IF_ERROR(store::SendAgain(tx, dataset_->connection, conflict.record_id));
  }
  return tx.SaveConflict(conflict).status();
}

absl::Status EndConflictsOf(store::Transaction& tx, std::string_view connection,
                            uint64_t record_id) {
  ASSIGN_OR_RETURN(const auto open, tx.OpenConflictsOf(record_id));
  for (store::Conflict conflict : open) {
    // One that is held was not sent.
    if (conflict.connection() != connection || conflict.policy == Policy::kHold) continue;
    conflict.state = ConflictState::kAgreed;
    conflict.closed_at = tx.now();
    RETURN_IF_ERROR(tx.SaveConflict(conflict).status());
  }
  return absl::OkStatus();
}

}  // namespace entrepot::sync
