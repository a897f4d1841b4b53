#include "core/sync/sink_dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
#include "core/sync/outside_id.h"
#include "core/sync/pushed.h"
#include "core/sync/references.h"
#include "core/sync/translator.h"

namespace entrepot::sync {
namespace {

using google::protobuf::Message;

// Its outside id in that connection, else its key. `status` gets the first error of the store.
mapping::ReferenceText ReferenceIn(const store::Reader* reader, const std::string* connection,
                                   absl::Status* status) {
  return [=](domain::Kind kind, uint64_t id) -> std::string {
    auto outside_id = OutsideIdOf(*reader, *connection, id);
    status->Update(outside_id.status());
    if (outside_id.ok() && !outside_id->empty()) return *outside_id;
    const auto record = reader->Get(id);
    status->Update(record.status());
    if (!record.ok() || !*record || (*record)->body_case() != kind) return "";
    auto key = KeyTextOf(*reader, domain::InfoOf(kind), domain::BodyOf(**record));
    status->Update(key.status());
    return key.ok() ? *key : "";
  };
}

// Was the base of a bulk kind, which has one whoever showed it, left by this dataset?
bool OwnsBulkBase(const DatasetPlan& plan, const v1::Record& record) {
  return record.origin() == plan.path;
}

// A dataset's path; people and reactions are "api:anna", "reaction:invoice".
bool IsDataset(std::string_view origin) { return origin.find(':') == origin.npos; }

}  // namespace

absl::StatusOr<std::unique_ptr<SinkDataset>> SinkDataset::Make(
    const DatasetPlan* plan, const mapping::Environment& environment) {
  std::unique_ptr<SinkDataset> dataset(new SinkDataset(plan));
  if (plan->mapping != nullptr) {
    ASSIGN_OR_RETURN(dataset->writing_,
                     mapping::RecordMapper::Compile(*plan->kind, *plan->mapping, environment));
  }
  if (plan->both()) RETURN_IF_ERROR(dataset->MakeReading(environment));
  return dataset;
}

// What is written reads back as its mapping reads it; the rest is taken for what the record says.
absl::Status SinkDataset::MakeReading(const mapping::Environment& environment) {
  const domain::KindInfo& kind = *plan_->kind;
  if (writing_ == nullptr) {
    digester_ = std::make_unique<domain::GroupDigester>(kind, std::span<const int>());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto whole,
                   mapping::RowMapper::Compile(kind, *plan_->mapping, environment));
  const config::v1::Mapping back =
      mapping::ReadBackMapping(kind, *plan_->mapping, writing_->columns(), whole->covers());
  for (const int index : whole->covers()) {
    const std::string& name = kind.descriptor->field(index)->name();
    if (back.fields().count(name) == 0) unwritten_.push_back(index);
  }
  digester_ = std::make_unique<domain::GroupDigester>(kind, whole->covers());
  if (back.fields().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(reading_, mapping::RowMapper::Compile(kind, back, environment));
  const auto& columns = writing_->columns();
  return reading_->BindColumns({columns.begin(), columns.end()});
}

std::span<const std::string> SinkDataset::columns() const {
  if (writing_ == nullptr) return {};
  return writing_->columns();
}

absl::Status SinkDataset::WriteRow(const store::Reader& reader, const v1::Record& record,
                                   std::string_view outside_id, connector::Row* row) const {
  const Message& body = domain::BodyOf(record);
  ASSIGN_OR_RETURN(const std::string key, KeyTextOf(reader, *plan_->kind, body));
  absl::Status store_status;
  const absl::Status written =
      writing_->Map({.body = &body,
                     .id = record.id(),
                     .revision = record.revision(),
                     .deleted = record.deleted(),
                     .key = key,
                     .outside_id = outside_id},
                    ReferenceIn(&reader, &plan_->connection, &store_status), row);
  RETURN_IF_ERROR(store_status);
  return written;
}

// False: what comes back is no record.
absl::StatusOr<bool> SinkDataset::ReadBack(const store::Reader& reader, const v1::Record& record,
                                           std::string_view outside_id, Message* body,
                                           std::string* shown_id) const {
  connector::Row row;
  const absl::Status written = WriteRow(reader, record, outside_id, &row);
  if (written.code() == absl::StatusCode::kInvalidArgument) return false;
  RETURN_IF_ERROR(written);
  const std::vector<std::string_view> cells(row.cells().begin(), row.cells().end());
  const std::vector<uint32_t> absent(row.absent().begin(), row.absent().end());
  absl::Status store_status;
  const mapping::Resolver resolve = ResolveIn(&reader, &plan_->connection, &store_status);
  const auto outcome = reading_->Map({.cells = cells, .absent = absent}, resolve, body, shown_id);
  RETURN_IF_ERROR(store_status);
  if (outcome != mapping::RowOutcome::kMapped) return false;
  if (!unwritten_.empty()) domain::MergeCovered(domain::BodyOf(record), unwritten_, body);
  return true;
}

absl::StatusOr<std::optional<SinkDataset::Shown>> SinkDataset::ShownOf(
    const store::Reader& reader, const v1::Record& record, std::string_view outside_id) const {
  if (digester_ == nullptr) return std::nullopt;
  const domain::KindInfo& kind = *plan_->kind;
  const Message* body = &domain::BodyOf(record);
  Shown shown;
  std::unique_ptr<Message> read;
  if (writing_ == nullptr) {
    shown.outside_id = domain::KeyText(kind, *body);
  } else {
    if (reading_ == nullptr) return std::nullopt;
    read.reset(body->New());
    ASSIGN_OR_RETURN(const bool fine,
                     ReadBack(reader, record, outside_id, read.get(), &shown.outside_id));
    if (!fine) return std::nullopt;
    body = read.get();
  }
  if (record.deleted()) {
    shown.digests.assign(kind.bulk ? 1 : kind.groups.size(), kDeletedDigest);
  } else if (kind.bulk) {
    shown.digests.assign(1, digester_->DigestOfOnly(*body));
  } else {
    digester_->Digest(*body, &shown.digests);
  }
  return shown;
}

absl::StatusOr<std::optional<bool>> SinkDataset::Needs(const store::Transaction& tx,
                                                       const v1::Record& record,
                                                       std::string_view outside_id) const {
  ASSIGN_OR_RETURN(const auto shown, ShownOf(tx, record, outside_id));
  if (!shown) return std::nullopt;
  const domain::KindInfo& kind = *plan_->kind;
  if (kind.bulk) {
    if (!OwnsBulkBase(*plan_, record)) return std::nullopt;
    const auto base =
        tx.FindBulk(store::BulkKey(kind.kind, domain::KeyBytes(kind, domain::BodyOf(record))));
    if (!base || base->record_id != record.id()) return std::nullopt;
    return base->digest != shown->digests.front();
  }
  ASSIGN_OR_RETURN(const auto pushed, PushedOf(tx, plan_->path, record.id()));
  if (!pushed.empty()) return true;
  ASSIGN_OR_RETURN(const auto base, tx.FindBase(plan_->path, shown->outside_id));
  if (!base || base->record_id != record.id()) return std::nullopt;
  return base->digests != shown->digests;
}

absl::Status SinkDataset::NotePushed(store::Transaction& tx, const v1::Record& record,
                                     std::string_view outside_id) const {
  if (plan_->kind->bulk) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto shown, ShownOf(tx, record, outside_id));
  if (!shown) return absl::OkStatus();
  return SetPushed(tx, plan_->path, record.id(), shown->digests);
}

absl::Status SinkDataset::ForgetPushed(store::Transaction& tx, uint64_t record_id) const {
  if (digester_ == nullptr || plan_->kind->bulk) return absl::OkStatus();
  return sync::ForgetPushed(tx, plan_->path, record_id);
}

absl::StatusOr<std::string> SinkDataset::SetShown(store::Transaction& tx, const v1::Record& record,
                                                  std::string_view outside_id,
                                                  std::span<const int> asked) const {
  ASSIGN_OR_RETURN(const auto shown, ShownOf(tx, record, outside_id));
  if (!shown) return std::string();
  const domain::KindInfo& kind = *plan_->kind;
  if (!kind.bulk) {
    ASSIGN_OR_RETURN(const auto before, tx.FindBase(plan_->path, shown->outside_id));
    store::Base base{record.id(), shown->digests, before && before->foreign_key};
    for (const int group : asked) {
      const auto at = static_cast<size_t>(group);
      base.digests[at] = before && at < before->digests.size() ? before->digests[at] : 0;
    }
    RETURN_IF_ERROR(tx.SetBase(plan_->path, shown->outside_id, base));
    return shown->outside_id;
  }
  // What another dataset showed last is its base; it must not look like news when it is read again.
  if (IsDataset(record.origin()) && !OwnsBulkBase(*plan_, record)) return std::string();
  ASSIGN_OR_RETURN(const auto newest, tx.Get(record.id()));
  if (!newest) return std::string();
  RETURN_IF_ERROR(tx.Put({.kind = kind.kind,
                          .id = record.id(),
                          .body = &domain::BodyOf(*newest),
                          .deleted = newest->deleted(),
                          .origin = newest->origin(),
                          .base_digest = shown->digests.front()})
                      .status());
  return shown->outside_id;
}

absl::StatusOr<std::unique_ptr<SinkDatasets>> SinkDatasets::Make(
    const ConnectionPlan* plan, const mapping::Environment& environment) {
  auto all = std::make_unique<SinkDatasets>();
  for (const DatasetPlan& dataset : plan->datasets) {
    if (!dataset.sink || all->Of(dataset.kind->kind) != nullptr) continue;
    auto made = SinkDataset::Make(&dataset, environment);
    if (!made.ok()) {
      return Failure(made.status().code(), ReasonOf(made.status()),
                     fmt::format("the mapping of {} cannot be written: {}", dataset.path,
                                 StdView(made.status().message())));
    }
    all->datasets_.push_back(*std::move(made));
  }
  return all;
}

const SinkDataset* SinkDatasets::Of(domain::Kind kind) const {
  for (const auto& dataset : datasets_) {
    if (dataset->plan().kind->kind == kind) return dataset.get();
  }
  return nullptr;
}

}  // namespace entrepot::sync
