#include "core/sync/outbox.h"

#include <fmt/core.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "core/base/absl_view.h"
#include "core/base/log.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
#include "core/sync/lost_time.h"
#include "core/sync/outside_id.h"

namespace entrepot::sync {
namespace {

constexpr int kEntriesPerPart = 1000;
constexpr int kPartsPerFill = 20;
constexpr int kRecordsPerPart = 500;

uint64_t NumberIn(std::string_view text) {
  uint64_t number = 0;
  return absl::SimpleAtoi(AbslView(text), &number) ? number : 0;
}

bool Unsettled(store::DeliveryState state) {
  return state == store::DeliveryState::kInFlight || state == store::DeliveryState::kUnknown;
}

}  // namespace

std::string KindsOf(const ConnectionPlan& plan) {
  std::string kinds;
  for (const DatasetPlan& dataset : plan.datasets) {
    if (dataset.sink) kinds += fmt::format("{}={} ", dataset.kind->name, dataset.name);
  }
  return kinds;
}

Outbox::Outbox(store::Store* store, const ConnectionPlan* plan, const SinkDatasets* datasets)
    : store_(store),
      plan_(plan),
      datasets_(datasets),
      cursor_name_("sink:" + plan->name),
      scan_name_("sink-scan:" + plan->name),
      plan_name_("sink-kinds:" + plan->name) {}

absl::Status Outbox::Recover() {
  using enum store::DeliveryState;
  while (true) {
    std::vector<store::Delivery> in_flight;
    {
      ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
      ASSIGN_OR_RETURN(in_flight,
                       snapshot->ListDeliveries(plan_->name, {kInFlight}, absl::InfiniteFuture(),
                                                kRecordsPerPart));
    }
    if (in_flight.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(store_->Write([&](store::Transaction& tx) -> absl::Status {
      for (store::Delivery delivery : in_flight) {
        delivery.state = kUnknown;
        delivery.due = tx.now();
        delivery.sent_at = tx.now();  // it may have been sent until just now
        delivery.error = "the hub stopped, or could not write, before the answer was saved";
        RETURN_IF_ERROR(tx.SaveDelivery(delivery));
      }
      return absl::OkStatus();
    }));
    log::Info("the answers to deliveries were not saved; they are looked up first",
              {{"connection", plan_->name}, {"deliveries", in_flight.size()}});
  }
}

absl::Status Outbox::Load() {
  std::string cursor;
  std::string kinds;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(cursor, snapshot->Cursor(cursor_name_));
    ASSIGN_OR_RETURN(scan_, snapshot->Cursor(scan_name_));
    ASSIGN_OR_RETURN(kinds, snapshot->Cursor(plan_name_));
  }
  for (const domain::KindInfo& info : domain::Kinds()) {
    if (!info.bulk || plan_->SinkOf(info.kind) != nullptr) kinds_.Add(info.kind);
  }
  cursor_ = saved_ = NumberIn(cursor);
  if (cursor.empty() || kinds != KindsOf(*plan_)) RETURN_IF_ERROR(BeginScan());
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status Outbox::BeginScan() {
  const uint64_t head = store_->log_head();
  const std::string first = "0/0";
  RETURN_IF_ERROR(store_->Write([&](store::Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.SetCursor(cursor_name_, fmt::format("{}", head)));
    RETURN_IF_ERROR(tx.SetCursor(plan_name_, KindsOf(*plan_)));
    return tx.SetCursor(scan_name_, first);
  }));
  cursor_ = saved_ = head;
  scan_ = first;
  log::Info("a sink starts with a scan of all records", {{"connection", plan_->name}});
  return absl::OkStatus();
}

absl::StatusOr<bool> Outbox::Fill() {
  if (!loaded_) RETURN_IF_ERROR(Load());
  if (scanning()) {
    RETURN_IF_ERROR(ScanPart());
    return true;
  }
  return ReadLog();
}

absl::Status Outbox::ScanPart() {
  const size_t slash = scan_.find('/');
  size_t index = NumberIn(std::string_view(scan_).substr(0, slash));
  const uint64_t after = NumberIn(std::string_view(scan_).substr(slash + 1));
  while (index < plan_->datasets.size() && !plan_->datasets[index].sink) ++index;
  if (index >= plan_->datasets.size()) return Note({}, cursor_, "");
  std::vector<Noted> noted;
  uint64_t last = 0;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(
        const auto records,
        snapshot->List(plan_->datasets[index].kind->kind,
                       {.after = after, .limit = kRecordsPerPart, .include_deleted = true}));
    for (const v1::Record& record : records) {
      noted.push_back({record.id(), record.body_case(), record.revision(), record.deleted(),
                       IsOwn(record.origin())});
      last = record.id();
    }
  }
  const std::string next =
      noted.empty() ? fmt::format("{}/0", index + 1) : fmt::format("{}/{}", index, last);
  return Note(noted, cursor_, next);
}

absl::StatusOr<bool> Outbox::ReadLog() {
  for (int part = 0; part < kPartsPerFill; ++part) {
    std::vector<Noted> noted;
    uint64_t last = 0;
    {
      ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
      const auto log = snapshot->ReadLogOf(kinds_, cursor_, kEntriesPerPart);
      if (log.status().code() == absl::StatusCode::kOutOfRange) {
        RETURN_IF_ERROR(BeginScan());
        return true;
      }
      if (!log.ok()) return log.status();
      if (log->last == 0) return part > 0;
      last = log->last;
      for (const store::LogEntry& entry : log->entries) {
        const bool own = IsOwn(entry.origin);
        bound_ |= own;
        if (plan_->SinkOf(entry.kind) == nullptr) continue;
        noted.push_back({entry.record_id, entry.kind, entry.revision, entry.deleted, own});
      }
    }
    if (noted.empty()) {
      cursor_ = last;
      continue;
    }
    RETURN_IF_ERROR(Note(noted, last, scan_));
  }
  return true;
}

absl::Status Outbox::Note(const std::vector<Noted>& noted, uint64_t cursor,
                          const std::string& scan) {
  RETURN_IF_ERROR(store_->Write([&](store::Transaction& tx) -> absl::Status {
    for (const Noted& one : noted) RETURN_IF_ERROR(NoteOne(tx, one));
    if (scan != scan_) RETURN_IF_ERROR(tx.SetCursor(scan_name_, scan));
    return tx.SetCursor(cursor_name_, fmt::format("{}", cursor));
  }));
  cursor_ = saved_ = cursor;
  scan_ = scan;
  return absl::OkStatus();
}

absl::Status Outbox::NoteOne(store::Transaction& tx, const Noted& noted) const {
  using enum store::DeliveryState;
  ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(plan_->name, noted.record_id));
  // What may have arrived is settled first; the newest revision is looked up then.
  if (delivery && Unsettled(delivery->state)) return absl::OkStatus();
  const bool there = delivery && delivery->delivered_revision > 0;
  const bool newest_there =
      delivery && delivery->state != kWaiting && delivery->revision >= noted.revision;
  if (newest_there) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto needs, Needs(tx, noted, delivery));
  const bool passed_over = noted.own && (!delivery || delivery->state == kDelivered);
  if (needs ? !*needs : passed_over) return NoteThere(tx, noted, std::move(delivery));
  if (noted.deleted && !there) {
    ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(noted.record_id));
    bool bound = false;
    for (const auto& [connection, outside_id] : bindings) bound |= connection == plan_->name;
    if (!bound && !delivery) return absl::OkStatus();
  }
  if (!delivery) {
    delivery = store::Delivery{.connection = plan_->name, .record_id = noted.record_id};
  }
  delivery->revision = noted.revision;
  MakePending(store_->epoch(), tx.now(), &*delivery);
  delivery->waits_for.clear();
  delivery->error.clear();
  return tx.SaveDelivery(*delivery);
}

// Does what the connection shows differ from the newest revision? Nothing where that is not known.
absl::StatusOr<std::optional<bool>> Outbox::Needs(
    const store::Transaction& tx, const Noted& noted,
    const std::optional<store::Delivery>& delivery) const {
  const SinkDataset* dataset = datasets_->Of(noted.kind);
  if (dataset == nullptr || !dataset->plan().both()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto newest, tx.Get(noted.record_id));
  if (!newest) return std::nullopt;
  std::string outside_id = delivery ? delivery->outside_id : "";
  if (outside_id.empty()) {
    ASSIGN_OR_RETURN(outside_id, OutsideIdOf(tx, plan_->name, noted.record_id));
  }
  return dataset->Needs(tx, *newest, outside_id);
}

// The other side shows it already: whatever was to be sent, or was refused, is settled with that.
absl::Status Outbox::NoteThere(store::Transaction& tx, const Noted& noted,
                               std::optional<store::Delivery> delivery) const {
  if (!delivery) return absl::OkStatus();
  const bool refused = delivery->state == store::DeliveryState::kRejected;
  delivery->revision = delivery->delivered_revision = noted.revision;
  if (noted.own) delivery->epoch = store_->epoch().number;  // it has just shown it
  delivery->state = store::DeliveryState::kDelivered;
  delivery->waits_for.clear();
  delivery->error.clear();
  if (refused) {
    ASSIGN_OR_RETURN(const auto record, tx.Get(noted.record_id));
    const DatasetPlan& dataset = datasets_->Of(noted.kind)->plan();
    ASSIGN_OR_RETURN(const std::string key, KeyTextOf(tx, *dataset.kind, domain::BodyOf(*record)));
    RETURN_IF_ERROR(tx.Forget(dataset.path, key).status());
  }
  return tx.SaveDelivery(*delivery);
}

absl::Status Outbox::SaveCursor() {
  if (!loaded_ || cursor_saved()) return absl::OkStatus();
  return Note({}, cursor_, scan_);
}

bool Outbox::IsOwn(std::string_view origin) const {
  return origin.size() > plan_->name.size() && origin.starts_with(plan_->name) &&
         origin[plan_->name.size()] == '/';
}

}  // namespace entrepot::sync
