#include "core/sync/parcel.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
#include "core/sync/outside_id.h"
#include "core/sync/overlay.h"

namespace entrepot::sync {
namespace {

constexpr int kRevisionsMax = 10'000;

Parcel Dead(Parcel parcel, std::string reason) {
  parcel.fate = Parcel::Fate::kDead;
  parcel.reason = std::move(reason);
  return parcel;
}

// Adds the records that this one refers to. True: one of them must be delivered first, and
// `parcel` says so.
absl::StatusOr<bool> AddReferences(const store::Reader& reader, const ConnectionPlan& plan,
                                   Parcel* parcel) {
  const v1::Record& record = parcel->item.record();
  const domain::KindInfo& info = domain::InfoOf(record.body_case());
  std::vector<uint64_t> ids = domain::ReferencesOf(info, domain::BodyOf(record));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const uint64_t id : ids) {
    ASSIGN_OR_RETURN(const auto referred, reader.Get(id));
    if (!referred) continue;
    const domain::KindInfo& kind = domain::InfoOf(referred->body_case());
    connector::Reference* reference = parcel->item.add_references();
    reference->set_record_id(id);
    ASSIGN_OR_RETURN(*reference->mutable_key(), KeyTextOf(reader, kind, domain::BodyOf(*referred)));
    ASSIGN_OR_RETURN(*reference->mutable_outside_id(), OutsideIdOf(reader, plan.name, id));
    const bool delivers_it = plan.SinkOf(kind.kind) != nullptr;
    if (!delivers_it || !reference->outside_id().empty()) continue;
    ASSIGN_OR_RETURN(const auto delivery, reader.GetDelivery(plan.name, id));
    if (delivery && delivery->delivered_revision > 0) continue;
    parcel->fate = Parcel::Fate::kWaiting;
    parcel->reason = fmt::format("{} {}", kind.name, reference->key());
    return true;
  }
  return false;
}

// For connectors that take rows.
absl::Status AddRow(const store::Reader& reader, const SinkDatasets& datasets, Parcel* parcel) {
  const v1::Record& record = parcel->item.record();
  const SinkDataset* dataset = datasets.Of(record.body_case());
  if (dataset == nullptr || dataset->columns().empty()) return absl::OkStatus();
  return dataset->WriteRow(reader, record, parcel->item.outside_id(), parcel->item.mutable_row());
}

}  // namespace

absl::StatusOr<std::optional<v1::Record>> RecordAt(const store::Reader& reader, uint64_t record_id,
                                                   uint64_t revision) {
  ASSIGN_OR_RETURN(auto newest, reader.Get(record_id));
  if (newest && newest->revision() == revision) return newest;
  ASSIGN_OR_RETURN(const auto history, reader.History(record_id, kRevisionsMax));
  for (const store::LogEntry& entry : history) {
    if (entry.revision != revision) continue;
    v1::Record record;
    record.set_id(record_id);
    record.set_revision(revision);
    record.set_origin(entry.origin);
    record.set_deleted(entry.deleted);
    const int64_t nanos = absl::ToUnixNanos(entry.at);
    record.mutable_changed_at()->set_seconds(nanos / 1'000'000'000);
    record.mutable_changed_at()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
    if (!domain::MutableBodyOf(&record, entry.kind)->ParseFromString(entry.body)) {
      return absl::DataLossError(
          fmt::format("record {} revision {} cannot be read from the log", record_id, revision));
    }
    return record;
  }
  return std::nullopt;
}

absl::StatusOr<Parcel> MakeParcel(const store::Reader& reader, const ConnectionPlan& plan,
                                  const SinkDatasets& datasets, bool append_only,
                                  store::Delivery delivery) {
  Parcel parcel{.delivery = std::move(delivery)};
  const uint64_t id = parcel.delivery.record_id;
  const uint64_t there = parcel.delivery.delivered_revision;
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (!record) return Dead(std::move(parcel), fmt::format("record #{} is not in the hub", id));
  parcel.dataset = plan.SinkOf(record->body_case());
  parcel.delivery.revision = record->revision();
  const domain::KindInfo& info = domain::InfoOf(record->body_case());
  ASSIGN_OR_RETURN(*parcel.item.mutable_correlation_key(),
                   KeyTextOf(reader, info, domain::BodyOf(*record)));
  if (parcel.dataset == nullptr) {
    return Dead(
        std::move(parcel),
        fmt::format("connection \"{}\" no longer takes records of kind {}", plan.name, info.name));
  }
  if (parcel.delivery.outside_id.empty()) {
    ASSIGN_OR_RETURN(parcel.delivery.outside_id, OutsideIdOf(reader, plan.name, id));
  }
  const bool never_there = there == 0 && parcel.delivery.outside_id.empty();
  const bool shown = parcel.dataset->both();  // asked later, when it is about to be sent
  if ((there >= record->revision() && !shown) || (record->deleted() && never_there)) {
    parcel.fate = Parcel::Fate::kThere;
    return parcel;
  }
  if (record->deleted()) {
    // Whoever has it keeps it: it is another one's now.
    ASSIGN_OR_RETURN(const auto merged, reader.MergedInto(id));
    if (merged) parcel.fate = Parcel::Fate::kThere;
    if (merged) return parcel;
  }
  ASSIGN_OR_RETURN(parcel.asked, Overlay(reader, plan.name, &*record));
  *parcel.item.mutable_record() = *std::move(record);
  parcel.item.set_outside_id(parcel.delivery.outside_id);
  ASSIGN_OR_RETURN(const bool waits, AddReferences(reader, plan, &parcel));
  if (waits) return parcel;
  if (absl::Status written = AddRow(reader, datasets, &parcel); !written.ok()) {
    if (written.code() != absl::StatusCode::kInvalidArgument) return written;
    return Dead(std::move(parcel), std::string(StdView(written.message())));
  }
  if (!append_only || there == 0) return parcel;
  ASSIGN_OR_RETURN(auto replaced, RecordAt(reader, id, there));
  if (!replaced) {
    return Dead(std::move(parcel),
                fmt::format("revision {}, which is at the other side and must be reversed, is no "
                            "longer kept in the history",
                            there));
  }
  *parcel.item.mutable_replaces() = *std::move(replaced);
  return parcel;
}

}  // namespace entrepot::sync
