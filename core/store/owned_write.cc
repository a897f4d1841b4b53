#include "core/store/owned_write.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_join.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/merge.h"

namespace entrepot::store {
namespace {

using google::protobuf::Message;

bool Contains(std::span<const int> fields, int index) {
  return std::find(fields.begin(), fields.end(), index) != fields.end();
}

bool Unsettled(DeliveryState state) {
  return state == DeliveryState::kInFlight || state == DeliveryState::kUnknown;
}

// One open proposal for each group: what an older one wanted and the newer one does not speak of is
// wanted still.
absl::Status Replace(Transaction& tx, Proposal* proposal, const Message& prototype) {
  ASSIGN_OR_RETURN(const auto open, tx.OpenProposalsOf(proposal->record_id));
  for (Proposal older : open) {
    if (older.connection != proposal->connection || older.group != proposal->group) continue;
    const std::unique_ptr<Message> merged(prototype.New());
    const std::unique_ptr<Message> newer(prototype.New());
    if (!merged->ParseFromString(older.wanted) || !newer->ParseFromString(proposal->wanted)) {
      return absl::DataLossError(fmt::format("proposal {} cannot be read", older.id));
    }
    domain::MergeCovered(*newer, proposal->fields, merged.get());
    for (const int field : older.fields) {
      if (!Contains(proposal->fields, field)) proposal->fields.push_back(field);
    }
    std::sort(proposal->fields.begin(), proposal->fields.end());
    proposal->wanted.clear();
    domain::AppendCanonicalBytes(*merged, &proposal->wanted);
    older.state = ProposalState::kReplaced;
    older.closed_at = tx.now();
    RETURN_IF_ERROR(tx.SaveProposal(older).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OwnedError(domain::Kind kind, const std::vector<int>& fields,
                        std::string_view connection) {
  const domain::KindInfo& info = domain::InfoOf(kind);
  std::vector<std::string> names;
  for (const int field : fields) names.push_back(info.descriptor->field(field)->name());
  return Failure(
      absl::StatusCode::kFailedPrecondition, "OWNED",
      fmt::format("{} of {} belongs to connection \"{}\", which takes no records: change "
                  "it there",
                  absl::StrJoin(names, ", "), info.name, connection));
}

absl::StatusOr<std::vector<OwnedPart>> OwnedParts(const Reader& reader,
                                                  const domain::Authority* authority,
                                                  domain::Kind kind, uint64_t record_id) {
  std::vector<OwnedPart> parts;
  if (authority == nullptr || !authority->Rules(kind)) return parts;
  std::vector<std::pair<std::string, std::string>> bindings;
  if (record_id != 0) {
    ASSIGN_OR_RETURN(bindings, reader.BindingsOf(record_id));
  }
  const auto rules = authority->RulesOf(kind);
  for (size_t group = 0; group < rules.size(); ++group) {
    const domain::GroupRule& rule = rules[group];
    if (rule.policy != domain::Policy::kOwner) continue;
    const bool knows =
        record_id == 0 || std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
          return binding.first == rule.owner;
        });
    if (knows) parts.push_back({rule.owner, domain::InfoOf(kind).groups[group], rule.fields});
  }
  return parts;
}

absl::StatusOr<PutResult> PutOrPropose(Transaction& tx, const domain::Authority* authority,
                                       const PutRequest& request,
                                       std::vector<Proposal>* proposals) {
  ASSIGN_OR_RETURN(const auto known, tx.Get(request.id));
  if (!known || known->body_case() != request.kind) return tx.Put(request);  // says what is wrong
  ASSIGN_OR_RETURN(const auto parts, OwnedParts(tx, authority, request.kind, request.id));
  const Message& body = domain::BodyOf(*known);
  std::vector<int> covers(request.covers.begin(), request.covers.end());
  for (int i = 0; covers.empty() && i < body.GetDescriptor()->field_count(); ++i) {
    covers.push_back(i);
  }
  for (const OwnedPart& part : parts) {
    std::vector<int> fields;
    for (const int field : covers) {
      if (Contains(part.fields, field)) fields.push_back(field);
    }
    std::erase_if(covers, [&](int field) { return Contains(fields, field); });
    fields = domain::DifferingFields(body, *request.body, fields);
    if (fields.empty()) continue;
    if (!authority->IsSink(part.connection, request.kind)) {
      return OwnedError(request.kind, fields, part.connection);
    }
    const std::unique_ptr<Message> wanted(body.New());
    wanted->MergeFrom(*request.body);
    domain::KeepOnly(fields, wanted.get());
    Proposal proposal{.record_id = request.id,
                      .kind = request.kind,
                      .connection = part.connection,
                      .group = part.group,
                      .fields = fields,
                      .made_by = std::string(request.origin),
                      .made_at = tx.now()};
    domain::AppendCanonicalBytes(*wanted, &proposal.wanted);
    RETURN_IF_ERROR(Replace(tx, &proposal, body));
    ASSIGN_OR_RETURN(proposal.id, tx.SaveProposal(proposal));
    proposals->push_back(std::move(proposal));
  }
  PutResult result{PutOutcome::kUnchanged, request.id, known->revision()};
  if (!covers.empty()) {
    PutRequest rest = request;
    rest.covers = covers;
    ASSIGN_OR_RETURN(result, tx.Put(rest));
  }
  for (const Proposal& proposal : *proposals) {
    RETURN_IF_ERROR(SendAgain(tx, proposal.connection, proposal.record_id));
  }
  return result;
}

absl::Status SendAgain(Transaction& tx, std::string_view connection, uint64_t record_id) {
  ASSIGN_OR_RETURN(const auto record, tx.Get(record_id));
  if (!record) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(connection, record_id));
  if (!delivery) {
    delivery = Delivery{.connection = std::string(connection), .record_id = record_id};
  }
  if (delivery->outside_id.empty()) {
    ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(record_id));
    for (const auto& [bound, outside_id] : bindings) {
      if (bound == connection && delivery->outside_id.empty()) delivery->outside_id = outside_id;
    }
  }
  tx.WakeReaders();
  // What may have arrived is settled first: it may be the very value.
  if (Unsettled(delivery->state)) return absl::OkStatus();
  delivery->revision = record->revision();
  delivery->delivered_revision = 0;
  delivery->state = DeliveryState::kPending;
  delivery->attempts = 0;
  delivery->due = tx.now();
  delivery->waits_for.clear();
  delivery->error.clear();
  return tx.SaveDelivery(*delivery);
}

}  // namespace entrepot::store
