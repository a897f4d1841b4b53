#include "core/sync/outbox.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/absl_view.h"
#include "core/base/digest.h"
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

// Datasets of both, whose mapping is another one now: " name name ".
std::string Remapped(std::string_view before, std::string_view now) {
  std::string again;
  for (const auto token : absl::StrSplit(AbslView(now), ' ', absl::SkipEmpty())) {
    const std::string_view text = StdView(token);
    const size_t colon = text.find(':');
    const std::string old = fmt::format(" {}:", text.substr(0, colon));
    const bool known = fmt::format(" {}", before).find(old) != std::string::npos;
    const bool same =
        fmt::format(" {} ", before).find(fmt::format(" {} ", text)) != std::string::npos;
    const size_t equals = text.find('=');
    if (colon == text.npos || !known || same) continue;
    again +=
        fmt::format("{}{} ", again.empty() ? " " : "", text.substr(equals + 1, colon - equals - 1));
  }
  return again;
}

}  // namespace

std::string KindsOf(const ConnectionPlan& plan) {
  std::string kinds;
  for (const DatasetPlan& dataset : plan.datasets) {
    if (!dataset.sink) continue;
    kinds += fmt::format("{}={}", dataset.kind->name, dataset.name);
    if (dataset.mapping != nullptr) {
      std::string mapping;
      domain::AppendCanonicalBytes(*dataset.mapping, &mapping);
      kinds += fmt::format(":{:016x}", DigestOf64(mapping));
    }
    kinds += ' ';
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
  const std::string now = KindsOf(*plan_);
  if (cursor.empty() || kinds != now) RETURN_IF_ERROR(BeginScan(Remapped(kinds, now)));
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status Outbox::BeginScan(const std::string& again) {
  const uint64_t head = store_->log_head();
  const std::string first = fmt::format("0/0/{}", again);
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

Outbox::Scan Outbox::ScanOf(std::string_view saved) {
  Scan scan;
  const std::vector<std::string> parts = absl::StrSplit(AbslView(saved), absl::MaxSplits('/', 2));
  scan.dataset = NumberIn(parts[0]);
  if (parts.size() > 1) scan.after = NumberIn(parts[1]);
  if (parts.size() > 2) scan.again = parts[2];
  return scan;
}

absl::Status Outbox::ScanPart() {
  Scan scan = ScanOf(scan_);
  while (scan.dataset < plan_->datasets.size() && !plan_->datasets[scan.dataset].sink) {
    ++scan.dataset;
  }
  if (scan.dataset >= plan_->datasets.size()) return Note({}, cursor_, "");
  const DatasetPlan& dataset = plan_->datasets[scan.dataset];
  const bool again = scan.again.find(fmt::format(" {} ", dataset.name)) != std::string::npos;
  std::vector<Noted> noted;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(
        const auto records,
        snapshot->List(dataset.kind->kind,
                       {.after = scan.after, .limit = kRecordsPerPart, .include_deleted = true}));
    for (const v1::Record& record : records) {
      noted.push_back({record.id(), record.body_case(), record.revision(), record.deleted(),
                       IsOwn(record.origin()), again});
      scan.after = record.id();
    }
  }
  if (noted.empty()) scan = {.dataset = scan.dataset + 1, .again = scan.again};
  return Note(noted, cursor_, fmt::format("{}/{}/{}", scan.dataset, scan.after, scan.again));
}

absl::StatusOr<bool> Outbox::ReadLog() {
  for (int part = 0; part < kPartsPerFill; ++part) {
    std::vector<Noted> noted;
    uint64_t last = 0;
    {
      ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
      const auto log = snapshot->ReadLogOf(kinds_, cursor_, kEntriesPerPart);
      if (log.status().code() == absl::StatusCode::kOutOfRange) {
        RETURN_IF_ERROR(BeginScan(""));
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
  const bool again = noted.again && there;
  if (again) delivery->delivered_revision = 0;
  const bool newest_there =
      !again && delivery && delivery->state != kWaiting && delivery->revision >= noted.revision;
  if (newest_there) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto needs, Needs(tx, noted, delivery));
  const bool passed_over = noted.own && !again && (!delivery || delivery->state == kDelivered);
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
