#include "core/store/write_transaction.h"

#include <fmt/core.h>

#include <memory>

#include "core/base/status_macros.h"
#include "core/domain/authority.h"
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

absl::StatusOr<PutResult> WriteTransaction::Put(const PutRequest& request) {
  ASSIGN_OR_RETURN(const PutResult result, door_->Put(request, now_));
  const bool changed = result.outcome == PutOutcome::kChanged;
  if (changed && memory_->contested.Contains(result.id)) RETURN_IF_ERROR(EndAgreed(result.id));
  return result;
}

// What a record that has changed now says may settle what stood open about it.
absl::Status WriteTransaction::EndAgreed(uint64_t record_id) {
  ASSIGN_OR_RETURN(const auto record, Get(record_id));
  if (!record) return absl::OkStatus();
  RETURN_IF_ERROR(EndConflicts(*record));
  RETURN_IF_ERROR(EndProposals(*record));
  return record->deleted() ? EndDoubles(*record) : absl::OkStatus();
}

absl::Status WriteTransaction::EndConflicts(const v1::Record& record) {
  ASSIGN_OR_RETURN(const auto open, OpenConflictsOf(record.id()));
  const google::protobuf::Message& body = domain::BodyOf(record);
  const std::unique_ptr<google::protobuf::Message> theirs(body.New());
  for (Conflict conflict : open) {
    if (!theirs->ParseFromString(conflict.theirs)) return CorruptError("a conflict's value");
    const bool agreed = conflict.deleted || record.deleted()
                            ? conflict.deleted == record.deleted()
                            : domain::SameFields(body, *theirs, conflict.fields);
    if (!agreed) continue;
    conflict.state = ConflictState::kAgreed;
    conflict.closed_at = now_;
    RETURN_IF_ERROR(SaveConflict(conflict).status());
  }
  return absl::OkStatus();
}

absl::Status WriteTransaction::EndProposals(const v1::Record& record) {
  ASSIGN_OR_RETURN(const auto open, OpenProposalsOf(record.id()));
  const google::protobuf::Message& body = domain::BodyOf(record);
  const std::unique_ptr<google::protobuf::Message> wanted(body.New());
  for (Proposal proposal : open) {
    if (!wanted->ParseFromString(proposal.wanted)) return CorruptError("a proposal's value");
    const bool accepted = !record.deleted() && domain::SameFields(body, *wanted, proposal.fields);
    if (!accepted && !record.deleted()) continue;
    proposal.state = accepted ? ProposalState::kAccepted : ProposalState::kReplaced;
    proposal.closed_at = now_;
    RETURN_IF_ERROR(SaveProposal(proposal).status());
  }
  return absl::OkStatus();
}

absl::Status WriteTransaction::EndDoubles(const v1::Record& record) {
  ASSIGN_OR_RETURN(const auto open, OpenDoublesOf(record.id()));
  for (Double pair : open) {
    pair.state = DoubleState::kGone;
    pair.closed_at = now_;
    RETURN_IF_ERROR(SaveDouble(pair));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> WriteTransaction::SaveConflict(const Conflict& conflict) {
  if (conflict.state == ConflictState::kOpen) writable_->contested.Add(conflict.record_id);
  return UpsertConflict(*db_, &writable_->names, conflict);
}

absl::StatusOr<std::optional<Conflict>> WriteTransaction::FindConflict(const Conflict& like) const {
  return FindConflictLike(*db_, memory_->names, like);
}

absl::StatusOr<std::vector<Conflict>> WriteTransaction::OpenConflictsOf(uint64_t record_id) const {
  if (!memory_->contested.Contains(record_id)) return std::vector<Conflict>();
  return DiskReader::OpenConflictsOf(record_id);
}

absl::StatusOr<std::vector<Proposal>> WriteTransaction::OpenProposalsOf(uint64_t record_id) const {
  if (!memory_->contested.Contains(record_id)) return std::vector<Proposal>();
  return DiskReader::OpenProposalsOf(record_id);
}

absl::StatusOr<uint64_t> WriteTransaction::SaveProposal(const Proposal& proposal) {
  if (proposal.state == ProposalState::kOpen) writable_->contested.Add(proposal.record_id);
  return UpsertProposal(*db_, &writable_->names, proposal);
}

absl::Status WriteTransaction::NoteDouble(const Double& pair) {
  writable_->contested.Add(pair.first);
  writable_->contested.Add(pair.second);
  return InsertDouble(*db_, pair);
}

absl::Status WriteTransaction::SaveDouble(const Double& pair) { return UpdateDouble(*db_, pair); }

absl::Status WriteTransaction::Absorb(uint64_t gone, uint64_t kept) {
  RETURN_IF_ERROR(Settle());
  OrdinaryRecord record;
  ASSIGN_OR_RETURN(const bool found, FindOrdinary(*db_, gone, &record));
  if (!found) return CorruptError(fmt::format("the record {}", gone));
  Bindings& bindings = writable_->bindings;
  RETURN_IF_ERROR(bindings.Move(*db_, record.kind, gone, kept));
  const std::string_view text = domain::TextOfKeyBytes(domain::InfoOf(record.kind), record.key);
  if (!text.empty()) bindings.SetKeyText(record.kind, text, kept);
  bindings.NextGeneration();
  return SaveMerged(*db_, gone, kept, now_);
}

absl::Status WriteTransaction::Unbind(std::string_view connection, domain::Kind kind,
                                      std::string_view outside_id) {
  writable_->bindings.NextGeneration();
  return writable_->bindings.Unbind(*db_, connection, kind, outside_id);
}

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

absl::Status WriteTransaction::ForEachWithBase(std::string_view dataset,
                                               const BaseVisitor& visit) const {
  return VisitBases(*db_, memory_->names, dataset, visit);
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
