#include "core/store/write_transaction.h"

#include "core/base/status_macros.h"
#include "core/store/bulk_records.h"
#include "core/store/records.h"
#include "core/store/row_story.h"

namespace entrepot::store {
namespace {

// "warehouse" of "warehouse/stock".
std::string_view ConnectionOf(std::string_view dataset) {
  return dataset.substr(0, dataset.find('/'));
}

}  // namespace

absl::Status WriteTransaction::SaveAnswer(std::string_view request_id, std::string_view method,
                                          uint64_t request_digest, std::string_view answer) {
  return InsertAnswer(*db_, {request_id, method, request_digest, answer, now_});
}

absl::StatusOr<std::optional<Transaction::Answer>> WriteTransaction::FindAnswer(
    std::string_view request_id) const {
  return FindAnswerTo(*db_, request_id);
}

absl::StatusOr<uint64_t> WriteTransaction::NextNumber(std::string_view name) {
  return TakeNumber(*db_, name);
}

absl::Status WriteTransaction::Bind(std::string_view connection, domain::Kind kind,
                                    std::string_view outside_id, uint64_t record_id) {
  RETURN_IF_ERROR(writable_->bindings.Bind(*db_, connection, kind, outside_id, record_id));
  const std::string& kind_name = domain::InfoOf(kind).name;
  if (!writable_->awaited.Awaits(kind_name, outside_id)) return absl::OkStatus();
  return QueueWaiters(*db_, connection, kind_name, outside_id);
}

absl::StatusOr<std::optional<Base>> WriteTransaction::FindBase(std::string_view dataset,
                                                               std::string_view outside_id) const {
  return FindBaseOf(*db_, memory_->names, dataset, outside_id);
}

absl::Status WriteTransaction::SetBase(std::string_view dataset, std::string_view outside_id,
                                       const Base& base) {
  return SaveBase(*db_, &writable_->names, dataset, outside_id, base);
}

std::optional<BulkBase> WriteTransaction::FindBulk(const Digest128& key) const {
  return memory_->bulk_index.Find(key);
}

absl::Status WriteTransaction::SetCursor(std::string_view name, std::string_view value) {
  return SaveCursor(*db_, name, value);
}

absl::StatusOr<uint64_t> WriteTransaction::Park(const ParkedItem& item) {
  ASSIGN_OR_RETURN(const domain::KindInfo* info, domain::FindKind(item.waits_for_kind));
  // The key may have come after the row was mapped: nobody would wake the item then.
  const Bindings& bindings = memory_->bindings;
  const bool came =
      bindings.Find(ConnectionOf(item.source.dataset), info->kind, item.waits_for_key) ||
      bindings.FindKeyText(info->kind, item.waits_for_key);
  writable_->awaited.Add(item.waits_for_kind, item.waits_for_key);
  return SaveParked(*db_, item, came);
}

absl::StatusOr<uint64_t> WriteTransaction::Bury(const DeadLetter& letter) {
  return SaveDeadLetter(*db_, letter);
}

absl::StatusOr<bool> WriteTransaction::Forget(std::string_view dataset,
                                              std::string_view outside_id) {
  return ForgetItem(*db_, dataset, outside_id);
}

absl::Status WriteTransaction::SaveRowEdit(const RowEdit& edit) {
  return InsertRowEdit(*db_, edit);
}

absl::Status WriteTransaction::NotePlace(std::string_view location, uint64_t line) {
  return SaveRowPlace(*db_, memory_->head.seq, location, line);
}

absl::Status WriteTransaction::RemoveParked(uint64_t id) { return DeleteParked(*db_, id); }

absl::Status WriteTransaction::RemoveDeadLetter(uint64_t id) { return DeleteDeadLetter(*db_, id); }

absl::StatusOr<std::vector<ParkedItem>> WriteTransaction::TakeQueued(int limit) const {
  return ListQueued(*db_, limit);
}

absl::StatusOr<uint64_t> WriteTransaction::SaveRun(const Run& run) { return UpsertRun(*db_, run); }

absl::Status WriteTransaction::SaveDelivery(const Delivery& delivery) {
  return UpsertDelivery(*db_, &writable_->names, delivery);
}

absl::Status WriteTransaction::ForEachOfOrigin(domain::Kind kind, std::string_view origin,
                                               const std::function<bool(uint64_t)>& wanted,
                                               const OriginVisitor& visit) const {
  RETURN_IF_ERROR(Settle());
  const uint32_t number = memory_->names.Find(origin);
  if (number == 0) return absl::OkStatus();
  // Collected first: `visit` may write.
  std::vector<std::pair<uint64_t, uint64_t>> found;
  if (domain::InfoOf(kind).bulk) {
    const std::vector<uint64_t> seqs = memory_->bulk_places.SeqsOf(kind, wanted);
    RETURN_IF_ERROR(VisitBulk(*db_, seqs, [&](const PackedEntry& entry, int64_t) {
      if (entry.origin == number && !entry.deleted) found.emplace_back(entry.record_id, entry.seq);
      return absl::OkStatus();
    }));
  } else {
    RETURN_IF_ERROR(ScanOrdinary(*db_, kind, 0, false, [&](const OrdinaryRecord& record) {
      if (record.origin == number && !record.deleted && wanted(record.id)) {
        found.emplace_back(record.id, record.last_seq);
      }
      return true;
    }));
  }
  for (const auto& [id, last_seq] : found) visit(id, last_seq);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Record>> WriteTransaction::Get(uint64_t id) const {
  OrdinaryRecord ordinary;
  ASSIGN_OR_RETURN(const bool found, FindOrdinary(*db_, id, &ordinary));
  if (found) {
    return BuildRecord({id, ordinary.kind, ordinary.revision, ordinary.origin, ordinary.changed_at,
                        ordinary.deleted},
                       ordinary.body, memory_->names);
  }
  ASSIGN_OR_RETURN(const BulkFound bulk, buffers_->FindBulk(*db_, *memory_, id));
  if (bulk.entry == nullptr) return std::nullopt;
  const PackedEntry& entry = *bulk.entry;
  return BuildRecord({id, entry.kind, entry.revision, entry.origin, bulk.changed_at, entry.deleted},
                     entry.body, memory_->names);
}

absl::StatusOr<std::optional<uint64_t>> WriteTransaction::FindByKey(
    domain::Kind kind, std::string_view key_bytes) const {
  if (!domain::InfoOf(kind).bulk) return ReadByKey(*db_, *memory_, kind, key_bytes);
  const auto base = memory_->bulk_index.Find(BulkKey(kind, key_bytes));
  return base ? std::optional(base->record_id) : std::nullopt;
}

absl::StatusOr<uint64_t> WriteTransaction::Count(domain::Kind kind) const {
  return static_cast<uint64_t>(memory_->live[static_cast<size_t>(kind)]);
}

absl::StatusOr<std::optional<uint64_t>> WriteTransaction::FindBinding(
    std::string_view connection, domain::Kind kind, std::string_view outside_id) const {
  return memory_->bindings.Find(connection, kind, outside_id);
}

}  // namespace entrepot::store
