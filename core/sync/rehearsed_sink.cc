#include "core/sync/rehearsed_sink.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "core/sync/history.h"
#include "core/sync/key_text.h"
#include "core/sync/parcel.h"

namespace entrepot::sync {
namespace {

using enum store::DeliveryState;

constexpr int kDeliveriesMax = 1'000'000;
constexpr int kRevisionsLookedAt = 1000;

std::shared_ptr<Link> LinkTo(const ConnectionPlan& plan, Connectors* sinks) {
  return std::make_shared<Link>(
      plan.name, plan.config->connector(),
      Link::Options{.connectors = sinks,
                    .watchdog = std::make_shared<Watchdog>(),
                    .call_time_max = absl::Hours(1),
                    .make_open_request = [](const std::string&, const connector::Manifest&) {
                      return connector::OpenRequest();
                    }});
}

}  // namespace

RehearsedSink::RehearsedSink(const DispatcherOptions& options, const ConnectionPlan* plan,
                             connector::Manifest manifest, EmitChange emit)
    : options_(options),
      plan_(plan),
      emit_(std::move(emit)),
      sinks_(std::move(manifest),
             [this](const connector::ApplyRequest& request) { return Show(request); }),
      dispatcher_(options, plan, LinkTo(*plan, &sinks_)) {}

absl::Status RehearsedSink::Begin() {
  std::vector<store::Delivery> lost;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(lost, snapshot->ListDeliveries(plan_->name, {kInFlight, kUnknown},
                                                    absl::InfiniteFuture(), kDeliveriesMax));
    // Those that a person was asked about are due never.
    std::erase_if(lost, [](const store::Delivery& delivery) {
      return delivery.state == kUnknown && delivery.due == absl::InfiniteFuture();
    });
    for (const store::Delivery& delivery : lost) {
      RETURN_IF_ERROR(
          ShowDelivery(*snapshot, delivery, v1::PLANNED_ACTION_SETTLE,
                       delivery.state == kInFlight ? "it is being sent just now" : delivery.error));
    }
  }
  RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) -> absl::Status {
    for (store::Delivery delivery : lost) {
      delivery.state = kUnknown;
      delivery.due = absl::InfiniteFuture();
      RETURN_IF_ERROR(tx.SaveDelivery(delivery));
    }
    return absl::OkStatus();
  }));
  return dispatcher_.Hurry().status();
}

absl::StatusOr<bool> RehearsedSink::Round() { return dispatcher_.Round(); }

absl::StatusOr<v1::SinkProgress> RehearsedSink::End() {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
  ASSIGN_OR_RETURN(
      const auto waiting,
      snapshot->ListDeliveries(plan_->name, {kWaiting}, absl::InfiniteFuture(), kDeliveriesMax));
  for (const store::Delivery& delivery : waiting) {
    RETURN_IF_ERROR(ShowDelivery(*snapshot, delivery, v1::PLANNED_ACTION_WAIT,
                                 "waits for " + delivery.waits_for));
  }
  const Dispatcher::State state = dispatcher_.state();
  v1::SinkProgress progress = state.progress;
  progress.set_connection(plan_->name);
  progress.set_done(true);
  progress.set_error(state.error);
  return progress;
}

absl::Status RehearsedSink::Show(const connector::ApplyRequest& request) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
  for (const connector::ApplyItem& item : request.items()) {
    ASSIGN_OR_RETURN(v1::PlannedChange change, ChangeOf(*snapshot, item));
    change.set_by(plan_->name + "/" + request.dataset());
    emit_(change);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PlannedChange> RehearsedSink::ChangeOf(const store::Reader& reader,
                                                          const connector::ApplyItem& item) const {
  const v1::Record& record = item.record();
  const domain::KindInfo& kind = domain::InfoOf(record.body_case());
  v1::PlannedChange change;
  change.set_kind(kind.name);
  ASSIGN_OR_RETURN(*change.mutable_key(), KeyTextOf(reader, kind, domain::BodyOf(record)));
  change.set_record_id(record.id());
  change.set_revision(record.revision());
  change.set_outside_id(item.outside_id());
  ASSIGN_OR_RETURN(const uint64_t there, RevisionThere(reader, item));
  if (record.deleted()) {
    change.set_action(v1::PLANNED_ACTION_DELIVER_DELETION);
    return change;
  }
  const bool fresh = there == 0 && item.outside_id().empty();
  change.set_action(fresh ? v1::PLANNED_ACTION_DELIVER_NEW : v1::PLANNED_ACTION_DELIVER_CHANGE);
  std::optional<v1::Record> before;
  if (there > 0) {
    ASSIGN_OR_RETURN(before, RecordAt(reader, record.id(), there));
  }
  // Bound, but never seen nor sent: what differs there is not known.
  if (!before && !fresh) return change;
  for (v1::FieldChange& field :
       Differences(before ? &domain::BodyOf(*before) : nullptr, &domain::BodyOf(record))) {
    *change.add_changes() = std::move(field);
  }
  return change;
}

// What was delivered, or what the connection itself brought, whichever is newer; 0: neither.
absl::StatusOr<uint64_t> RehearsedSink::RevisionThere(const store::Reader& reader,
                                                      const connector::ApplyItem& item) const {
  const uint64_t id = item.record().id();
  ASSIGN_OR_RETURN(const auto delivery, reader.GetDelivery(plan_->name, id));
  const uint64_t delivered = delivery ? delivery->delivered_revision : 0;
  if (item.outside_id().empty()) return delivered;
  ASSIGN_OR_RETURN(const auto history, reader.History(id, kRevisionsLookedAt));
  for (const store::LogEntry& entry : history) {
    if (entry.revision <= delivered) break;
    if (entry.origin.starts_with(plan_->name + "/")) return entry.revision;
  }
  return delivered;
}

absl::Status RehearsedSink::ShowDelivery(const store::Reader& reader,
                                         const store::Delivery& delivery, v1::PlannedAction action,
                                         const std::string& reason) const {
  ASSIGN_OR_RETURN(const auto record, reader.Get(delivery.record_id));
  if (!record) return absl::OkStatus();
  const domain::KindInfo& kind = domain::InfoOf(record->body_case());
  const DatasetPlan* dataset = plan_->SinkOf(kind.kind);
  v1::PlannedChange change;
  change.set_action(action);
  change.set_by(dataset != nullptr ? dataset->path : plan_->name);
  change.set_kind(kind.name);
  ASSIGN_OR_RETURN(*change.mutable_key(), KeyTextOf(reader, kind, domain::BodyOf(*record)));
  change.set_record_id(delivery.record_id);
  change.set_revision(delivery.revision);
  change.set_outside_id(delivery.outside_id);
  change.set_reason(reason);
  emit_(change);
  return absl::OkStatus();
}

}  // namespace entrepot::sync
