#include "core/trade/proposals.h"

#include <fmt/core.h>

#include <memory>

#include "core/domain/authority.h"
#include "core/domain/diff.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

v1::ProposalState StateOf(store::ProposalState state) {
  switch (state) {
    case store::ProposalState::kOpen: return v1::PROPOSAL_STATE_OPEN;
    case store::ProposalState::kAccepted: return v1::PROPOSAL_STATE_ACCEPTED;
    case store::ProposalState::kDeclined: return v1::PROPOSAL_STATE_DECLINED;
    case store::ProposalState::kReplaced: return v1::PROPOSAL_STATE_REPLACED;
  }
  return v1::PROPOSAL_STATE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<v1::Proposal> ShowProposal(const v1::Record& record,
                                          const store::Proposal& proposal) {
  const domain::KindInfo& kind = domain::InfoOf(proposal.kind);
  const google::protobuf::Message& body = domain::BodyOf(record);
  v1::Proposal shown;
  shown.set_id(proposal.id);
  shown.mutable_record()->set_id(proposal.record_id);
  shown.mutable_record()->set_kind(kind.name);
  shown.mutable_record()->set_key(domain::KeyText(kind, body));
  shown.set_connection(proposal.connection);
  shown.set_group(proposal.group);
  shown.set_made_by(proposal.made_by);
  SetTimestamp(proposal.made_at, shown.mutable_made_at());
  shown.set_state(StateOf(proposal.state));
  if (proposal.state != store::ProposalState::kOpen) {
    SetTimestamp(proposal.closed_at, shown.mutable_closed_at());
  }
  const std::unique_ptr<google::protobuf::Message> before(body.New());
  const std::unique_ptr<google::protobuf::Message> wanted(body.New());
  before->MergeFrom(body);
  domain::KeepOnly(proposal.fields, before.get());
  if (!wanted->ParseFromString(proposal.wanted)) {
    return absl::DataLossError(fmt::format("proposal {} cannot be read", proposal.id));
  }
  for (const domain::FieldDifference& difference : domain::Diff(before.get(), wanted.get())) {
    v1::FieldChange* change = shown.add_changes();
    change->set_field(difference.path);
    change->set_before(difference.before);
    change->set_after(difference.after);
  }
  return shown;
}

}  // namespace entrepot::trade
