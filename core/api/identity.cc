#include "core/api/identity.h"

#include <fmt/core.h>

#include <map>
#include <string>

#include "core/api/items.h"
#include "core/api/page.h"
#include "core/api/record_name.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/history.h"
#include "core/sync/merge_records.h"
#include "core/trade/answers.h"
#include "core/trade/proposals.h"

namespace entrepot::api {
namespace {

v1::DoubleState StateOf(store::DoubleState state) {
  switch (state) {
    case store::DoubleState::kOpen: return v1::DOUBLE_STATE_OPEN;
    case store::DoubleState::kMerged: return v1::DOUBLE_STATE_MERGED;
    case store::DoubleState::kDismissed: return v1::DOUBLE_STATE_DISMISSED;
    case store::DoubleState::kGone: return v1::DOUBLE_STATE_GONE;
  }
  return v1::DOUBLE_STATE_UNSPECIFIED;
}

absl::StatusOr<v1::Double> Show(const store::Reader& reader, const store::Double& pair) {
  v1::Double shown;
  shown.set_id(pair.id);
  ASSIGN_OR_RETURN(*shown.mutable_first(), NameOf(reader, pair.first));
  ASSIGN_OR_RETURN(*shown.mutable_second(), NameOf(reader, pair.second));
  shown.set_rule(pair.rule);
  ToProto(pair.found_at, shown.mutable_found_at());
  shown.set_state(StateOf(pair.state));
  if (pair.state != store::DoubleState::kOpen) {
    ToProto(pair.closed_at, shown.mutable_closed_at());
    shown.set_closed_by(pair.closed_by);
  }
  return shown;
}

absl::StatusOr<v1::Record> Required(const store::Reader& reader, uint64_t id) {
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (!record) return NoRecord(fmt::format("record with the id {}", id));
  return *std::move(record);
}

template <typename Repeated>
absl::Status AddOutsideIds(const store::Reader& reader, uint64_t id, Repeated* outside_ids) {
  ASSIGN_OR_RETURN(const auto bindings, reader.BindingsOf(id));
  for (const auto& [connection, outside_id] : bindings) {
    v1::OutsideId* shown = outside_ids->Add();
    shown->set_connection(connection);
    shown->set_id(outside_id);
  }
  return absl::OkStatus();
}

absl::Status CountReferrers(const store::Reader& reader, const sync::Referrers& referrers,
                            v1::GetDoubleResponse* response) {
  std::map<domain::Kind, uint64_t> counts;
  for (const uint64_t id : referrers.ids) {
    ASSIGN_OR_RETURN(const auto record, reader.Get(id));
    if (record) ++counts[record->body_case()];
  }
  for (const auto& [kind, count] : counts) {
    v1::KindCount* shown = response->add_referrers();
    shown->set_kind(domain::InfoOf(kind).name);
    shown->set_records(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListProposalsResponse> Identity::ListProposals(
    const v1::ListProposalsRequest& request) const {
  const std::string list = request.settled() ? "proposals/all" : "proposals";
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(auto proposals, reader->ListProposals(request.settled(), page));
  v1::ListProposalsResponse response;
  ClosePage(list, page, &proposals, &response);
  for (const store::Proposal& proposal : proposals) {
    ASSIGN_OR_RETURN(const v1::Record record, Required(*reader, proposal.record_id));
    ASSIGN_OR_RETURN(*response.add_proposals(), trade::ShowProposal(record, proposal));
  }
  return response;
}

absl::StatusOr<v1::ListDoublesResponse> Identity::ListDoubles(
    const v1::ListDoublesRequest& request) const {
  const std::string list = request.settled() ? "doubles/all" : "doubles";
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(auto pairs, reader->ListDoubles(request.settled(), page));
  v1::ListDoublesResponse response;
  ClosePage(list, page, &pairs, &response);
  for (const store::Double& pair : pairs) {
    ASSIGN_OR_RETURN(*response.add_doubles(), Show(*reader, pair));
  }
  return response;
}

absl::StatusOr<v1::GetDoubleResponse> Identity::GetDouble(
    const v1::GetDoubleRequest& request) const {
  uint64_t keep = 0;
  uint64_t gone = 0;
  v1::GetDoubleResponse response;
  {
    ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
    ASSIGN_OR_RETURN(keep, IdOf(*reader, request.keep()));
    ASSIGN_OR_RETURN(gone, IdOf(*reader, request.gone()));
    ASSIGN_OR_RETURN(*response.mutable_merged(),
                     sync::MergedRecord(*reader, authority_, keep, gone));
    ASSIGN_OR_RETURN(*response.mutable_keep(), Required(*reader, keep));
    ASSIGN_OR_RETURN(*response.mutable_gone(), Required(*reader, gone));
    RETURN_IF_ERROR(AddOutsideIds(*reader, keep, response.mutable_keep_outside_ids()));
    RETURN_IF_ERROR(AddOutsideIds(*reader, gone, response.mutable_gone_outside_ids()));
  }
  for (v1::FieldChange& change :
       sync::Differences(&domain::BodyOf(response.keep()), &domain::BodyOf(response.gone()))) {
    *response.add_differences() = std::move(change);
  }
  ASSIGN_OR_RETURN(const sync::Referrers referrers, sync::FindReferrers(store_, gone));
  ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
  RETURN_IF_ERROR(CountReferrers(*reader, referrers, &response));
  return response;
}

absl::StatusOr<v1::MergeDoubleResponse> Identity::MergeDouble(const v1::MergeDoubleRequest& request,
                                                              std::string_view actor) {
  uint64_t gone = 0;
  {
    ASSIGN_OR_RETURN(const store::Snapshot reader, store_.Read());
    ASSIGN_OR_RETURN(gone, IdOf(*reader, request.gone()));
  }
  ASSIGN_OR_RETURN(const sync::Referrers referrers, sync::FindReferrers(store_, gone));
  return trade::WriteOnce<v1::MergeDoubleResponse>(
      store_, "MergeDouble", request,
      [&](store::Transaction& tx, v1::MergeDoubleResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const uint64_t keep, IdOf(tx, request.keep()));
        RETURN_IF_ERROR(sync::MergeRecords(tx, authority_, keep, gone, referrers, actor));
        ASSIGN_OR_RETURN(*response->mutable_kept(), Required(tx, keep));
        response->set_rewritten(referrers.ids.size());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DismissDoubleResponse> Identity::DismissDouble(
    const v1::DismissDoubleRequest& request, std::string_view actor) {
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const uint64_t first, IdOf(tx, request.first()));
    ASSIGN_OR_RETURN(const uint64_t second, IdOf(tx, request.second()));
    ASSIGN_OR_RETURN(auto pair, tx.GetDouble(first, second));
    if (!pair) {
      return Failure(absl::StatusCode::kNotFound, "DOUBLE_NOT_FOUND",
                     fmt::format("records {} and {} are no pair that may be one", first, second));
    }
    if (pair->state != store::DoubleState::kOpen) return absl::OkStatus();
    pair->state = store::DoubleState::kDismissed;
    pair->closed_at = tx.now();
    pair->closed_by = std::string(actor);
    return tx.SaveDouble(*pair);
  }));
  return v1::DismissDoubleResponse();
}

}  // namespace entrepot::api
