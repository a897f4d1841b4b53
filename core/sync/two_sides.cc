#include "core/sync/two_sides.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/digest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
#include "core/sync/outside_id.h"
#include "core/sync/read_ahead.h"

namespace entrepot::sync {
namespace {

constexpr int kRecordsPerPage = 500;
constexpr uint32_t kIdsPerPage = 1000;
constexpr size_t kBatches = 8;

// Of ids that are only there or not.
constexpr uint64_t kThere = 1;
constexpr uint64_t kOutdated = 2;

absl::Status CutShort() {
  return Failure(absl::StatusCode::kCancelled, "INTERRUPTED", "interrupted; nothing was changed");
}

std::string TroubleOf(const Item& item) {
  if (item.deleted) return "deleted";
  if (item.outcome == mapping::RowOutcome::kFault) {
    return item.fault.field.empty() ? item.fault.reason
                                    : item.fault.field + ": " + item.fault.reason;
  }
  if (item.outcome == mapping::RowOutcome::kMissing) {
    return fmt::format("waits for {} {}", domain::InfoOf(item.missing.kind).name, item.missing.key);
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<TwoSides>> TwoSides::Make(const TwoSidesOptions& options,
                                                         const DatasetPlan* dataset) {
  std::unique_ptr<TwoSides> sides(new TwoSides(options, dataset));
  if (!dataset->source) return sides;
  ASSIGN_OR_RETURN(const auto translator, Translator::Make(dataset, options.environment));
  const std::span<const int> covers = translator->covers();
  sides->covers_.assign(covers.begin(), covers.end());
  sides->digester_ = std::make_unique<domain::GroupDigester>(*dataset->kind, sides->covers_);
  return sides;
}

uint64_t TwoSides::ContentOf(const google::protobuf::Message& body) const {
  if (dataset_->kind->bulk) return digester_->DigestOfOnly(body);
  std::vector<uint64_t> digests;
  digester_->Digest(body, &digests);
  return ContentOf(digests);
}

uint64_t TwoSides::ContentOf(std::span<const uint64_t> digests) {
  if (digests.size() == 1) return digests[0];
  return DigestOf64({reinterpret_cast<const char*>(digests.data()), digests.size_bytes()});
}

absl::Status TwoSides::VisitOutside(const Visit& visit, std::stop_token stop) {
  if (!by_rows()) return VisitIds(visit, std::move(stop));
  bool whole = false;
  unreadable_rows_ = false;
  RETURN_IF_ERROR(VisitRows("", true, visit, &whole, std::move(stop)));
  if (whole) return absl::OkStatus();
  return Failure(absl::StatusCode::kFailedPrecondition, "NOT_WHOLE",
                 fmt::format("{} does not tell all that is there, only what has changed, so that "
                             "it cannot be compared",
                             dataset_->path));
}

absl::StatusOr<bool> TwoSides::VisitNext(const Visit& visit, std::stop_token stop) {
  std::string cursor;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(cursor, snapshot->Cursor("dataset:" + dataset_->path));
  }
  bool whole = false;
  RETURN_IF_ERROR(VisitRows(cursor, false, visit, &whole, std::move(stop)));
  return whole;
}

absl::Status TwoSides::VisitRows(const std::string& cursor, bool full, const Visit& visit,
                                 bool* whole, std::stop_token stop) {
  const config::v1::Limits& limits = *options_.limits;
  ASSIGN_OR_RETURN(const auto ahead,
                   ReadAhead::Start({.link = options_.link,
                                     .store = options_.store,
                                     .dataset = *dataset_,
                                     .environment = options_.environment,
                                     .cursor = cursor,
                                     .full = full,
                                     .preview = true,
                                     .rows_max = static_cast<uint32_t>(limits.batch_rows_max()),
                                     .bytes_max = static_cast<uint64_t>(limits.batch_bytes_max()),
                                     .batches_max = kBatches,
                                     .memory = nullptr}));
  const std::stop_callback cancel(stop, [&] { ahead->Cancel(); });
  while (true) {
    auto batches = ahead->Take(kBatches, absl::Milliseconds(100));
    if (batches.empty() && ahead->ended()) break;
    if (stop.stop_requested()) return CutShort();
    for (BatchPtr& batch : batches) {
      for (size_t i = 0, size = batch->source.size(); i < size; ++i) {
        const Item& item = batch->items[i];
        const std::string trouble = TroubleOf(item);
        const bool fine = trouble.empty();
        ASSIGN_OR_RETURN(const std::string id, IdOfItem(item));
        RETURN_IF_ERROR(visit({.id = id,
                               .outside_id = item.outside_id,
                               .content = fine ? ContentOf(item.digests) : 0,
                               .body = fine ? item.body : nullptr,
                               .trouble = trouble}));
      }
      *whole |= batch->source.head().snapshot_end();
      unreadable_rows_ |= full && batch->source.head().bad_rows_size() > 0;
      ahead->GiveBack(std::move(batch));
    }
  }
  return ahead->status();
}

// Of a bulk kind's row that is no record, the key is known only where a record has it.
absl::StatusOr<std::string> TwoSides::IdOfItem(const Item& item) const {
  const domain::KindInfo& kind = *dataset_->kind;
  if (!kind.bulk) return item.outside_id;
  if (item.body != nullptr) {
    std::string key = domain::KeyBytes(kind, *item.body);
    if (item.outcome == mapping::RowOutcome::kMapped) return key;
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(const auto known, snapshot->FindByKey(kind.kind, key));
    if (known) return key;
  }
  return item.outside_id.empty() ? "" : "row " + item.outside_id;
}

absl::Status TwoSides::VisitIds(const Visit& visit, std::stop_token stop) {
  connector::ListRequest request;
  request.set_dataset(dataset_->name);
  request.set_items_max(kIdsPerPage);
  while (true) {
    if (stop.stop_requested()) return CutShort();
    connector::ListResponse response;
    RETURN_IF_ERROR(options_.link->List(request, &response));
    for (const connector::ListItem& item : response.items()) {
      RETURN_IF_ERROR(
          visit({.id = item.outside_id(), .outside_id = item.outside_id(), .content = kThere}));
    }
    if (response.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  }
}

absl::Status TwoSides::VisitHub(const Visit& visit, std::stop_token stop) const {
  for (store::Page page{.limit = kRecordsPerPage};;) {
    if (stop.stop_requested()) return CutShort();
    // A view of its own for each page: an old one keeps the store from tidying up.
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(const auto records, snapshot->List(dataset_->kind->kind, page));
    if (records.empty()) return absl::OkStatus();
    for (const v1::Record& record : records) {
      RETURN_IF_ERROR(VisitRecord(*snapshot, record, visit));
    }
    page.after = records.back().id();
  }
}

absl::Status TwoSides::VisitRecord(const store::Reader& reader, const v1::Record& record,
                                   const Visit& visit) const {
  const google::protobuf::Message& body = domain::BodyOf(record);
  Shown shown{.body = &body, .record_id = record.id()};
  if (!by_rows()) {
    ASSIGN_OR_RETURN(const auto delivery, reader.GetDelivery(dataset_->connection, record.id()));
    const bool there = delivery && delivery->delivered_revision > 0;
    std::string id = there ? delivery->outside_id : "";
    if (there && id.empty()) {
      ASSIGN_OR_RETURN(id, KeyTextOf(reader, *dataset_->kind, body));
    }
    shown.id = shown.outside_id = id;
    shown.content = there && delivery->delivered_revision >= record.revision() ? kThere : kOutdated;
    return visit(shown);
  }
  shown.content = ContentOf(body);
  if (dataset_->kind->bulk) {
    // Of another origin, it is another dataset's; where this one is written too, all are expected.
    if (record.origin() != dataset_->path && !dataset_->sink) return absl::OkStatus();
    const std::string id = domain::KeyBytes(*dataset_->kind, body);
    shown.id = id;
    return visit(shown);
  }
  ASSIGN_OR_RETURN(const auto bindings, reader.BindingsOf(record.id()));
  bool bound = false;
  for (const auto& [connection, outside_id] : bindings) {
    if (connection != dataset_->connection) continue;
    bound = true;
    shown.id = shown.outside_id = outside_id;
    RETURN_IF_ERROR(visit(shown));
  }
  return bound || !dataset_->sink ? absl::OkStatus() : visit(shown);
}

}  // namespace entrepot::sync
