#include "core/sync/admission.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/sync/pushed.h"
#include "core/sync/references.h"

namespace entrepot::sync {
namespace {

using Result = Passage::Result;

// What Put answers about the record, not about the store: a person must look at the row.
bool IsRefusal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         status.code() == absl::StatusCode::kFailedPrecondition ||
         status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kOutOfRange;
}

Result ResultOf(store::PutOutcome outcome) {
  switch (outcome) {
    case store::PutOutcome::kCreated: return Result::kCreated;
    case store::PutOutcome::kChanged: return Result::kChanged;
    case store::PutOutcome::kUnchanged: return Result::kUnchanged;
  }
  return Result::kUnchanged;
}

// Messages of domain::Check begin with the field: "on_hand: …".
std::string FieldIn(std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == message.npos) return "";
  const std::string_view field = message.substr(0, colon);
  const bool plain = field.find_first_of(" \"") == field.npos;
  return plain ? std::string(field) : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<Admission>> Admission::Make(const DatasetPlan* dataset,
                                                           const mapping::Environment& environment,
                                                           Held* held) {
  std::unique_ptr<Admission> admission(new Admission(dataset, held));
  ASSIGN_OR_RETURN(admission->translator_, Translator::Make(dataset, environment));
  admission->arbiter_ = std::make_unique<Arbiter>(dataset, admission->translator_.get());
  return admission;
}

absl::StatusOr<uint64_t> Admission::Preview(store::Transaction& tx, const RawRow& raw) {
  absl::Status store_status;
  translator_->Translate(raw, ResolveIn(&tx, &dataset_->connection, &store_status), &own_);
  RETURN_IF_ERROR(store_status);
  const bool keyed = own_.outcome == mapping::RowOutcome::kMapped && !dataset_->kind->bulk;
  return keyed ? TargetOf(tx, own_) : KnownRecord(tx, own_);
}

absl::StatusOr<Passage> Admission::EnterRow(store::Transaction& tx, const RawRow& raw) {
  absl::Status store_status;
  translator_->Translate(raw, ResolveIn(&tx, &dataset_->connection, &store_status), &own_);
  RETURN_IF_ERROR(store_status);
  switch (own_.outcome) {
    case mapping::RowOutcome::kMapped: return Apply(tx, raw, own_);
    case mapping::RowOutcome::kMissing: return Park(tx, raw, own_);
    case mapping::RowOutcome::kFault:
      return Bury(tx, raw, own_, {own_.fault.field, own_.fault.column, own_.fault.reason});
  }
  return absl::InternalError("unknown outcome of mapping");
}

absl::StatusOr<Passage> Admission::Enter(store::Transaction& tx, const RawRow& raw,
                                         const Item& item, bool holds) {
  if (item.remembered_id != 0) {
    const bool same = holds && tx.BulkDigest(item.remembered_id) == item.digests[0];
    if (!same || IsHeld(raw)) return EnterRow(tx, raw);
    return Passage{.result = Result::kUnchanged, .record_id = item.remembered_id};
  }
  if (item.outcome == mapping::RowOutcome::kMapped) return Apply(tx, raw, item);
  return EnterRow(tx, raw);
}

// Something stands in the books under the row's key, which its success must clear.
bool Admission::IsHeld(const RawRow& raw) {
  if (held_->empty()) return false;
  return !translator_->KeyOf(raw.row, &own_.outside_id) ||
         held_->Of(own_.outside_id) != Held::Book::kNone;
}

absl::StatusOr<Passage> Admission::Apply(store::Transaction& tx, const RawRow& raw,
                                         const Item& item) {
  return dataset_->kind->bulk ? ApplyBulk(tx, raw, item) : ApplyOrdinary(tx, raw, item);
}

absl::StatusOr<Passage> Admission::ApplyBulk(store::Transaction& tx, const RawRow& raw,
                                             const Item& item) {
  const auto base = tx.FindBulk(item.bulk_key);
  const bool same = base && base->digest == item.digests[0];
  if (same || (!base && item.deleted)) {
    return Succeed(tx, item,
                   {.result = Result::kUnchanged, .record_id = base ? base->record_id : 0});
  }
  return Put(tx,
             {.kind = dataset_->kind->kind,
              .id = base ? base->record_id : 0,
              .body = item.body,
              .covers = translator_->covers(),
              .deleted = item.deleted,
              .origin = dataset_->path,
              .base_digest = item.digests[0],
              .bulk_key = item.bulk_key},
             raw, item);
}

// The record that the item is about, as far as it is known: by base, binding or key.
absl::StatusOr<uint64_t> Admission::TargetOf(store::Transaction& tx, const Item& item) {
  ASSIGN_OR_RETURN(const auto bound,
                   tx.FindBinding(dataset_->connection, dataset_->kind->kind, item.outside_id));
  if (bound) return *bound;
  const domain::KindInfo& kind = *dataset_->kind;
  ASSIGN_OR_RETURN(const auto keyed, tx.FindByKey(kind.kind, domain::KeyBytes(kind, *item.body)));
  if (!keyed) return MatchOf(tx, item);
  ASSIGN_OR_RETURN(const auto merged, tx.MergedInto(*keyed));
  return merged.value_or(*keyed);
}

// The one record that is the same by the configured fields. One that the connection knows by
// another id is another one to it: a person is shown the pair.
absl::StatusOr<uint64_t> Admission::MatchOf(store::Transaction& tx, const Item& item) const {
  if (dataset_->matches == nullptr || item.deleted) return 0;
  const uint64_t match = dataset_->matches->Find(dataset_->path, *item.body).unique;
  if (match == 0) return 0;
  ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(match));
  for (const auto& [connection, outside_id] : bindings) {
    if (connection == dataset_->connection) return 0;
  }
  return match;
}

absl::StatusOr<Passage> Admission::ApplyOrdinary(store::Transaction& tx, const RawRow& raw,
                                                 const Item& item) {
  ASSIGN_OR_RETURN(const auto base, tx.FindBase(dataset_->path, item.outside_id));
  if (base && base->digests == item.digests) {
    return Succeed(tx, item, {.result = Result::kUnchanged, .record_id = base->record_id});
  }
  uint64_t id = base ? base->record_id : 0;
  if (id == 0) {
    ASSIGN_OR_RETURN(id, TargetOf(tx, item));
  }
  if (id == 0 && item.deleted) return Succeed(tx, item, {.result = Result::kUnchanged});
  if (id != 0 && dataset_->both()) {
    ASSIGN_OR_RETURN(const auto pushed, PushedOf(tx, dataset_->path, id));
    ASSIGN_OR_RETURN(const bool asked, IsAsked(tx, id));
    if (pushed == item.digests && !asked) {
      return TakeEcho(tx, item, id, base && base->foreign_key);
    }
  }
  changed_groups_.clear();
  for (size_t group = 0; group < item.digests.size(); ++group) {
    const bool known = base && group < base->digests.size();
    if (!known || base->digests[group] != item.digests[group]) {
      changed_groups_.push_back(static_cast<int>(group));
    }
  }
  if (id != 0 && (!base || base->foreign_key || arbiter_->Judges())) {
    ASSIGN_OR_RETURN(const auto known, tx.Get(id));
    const Claim claim{.known = known ? &*known : nullptr,
                      .item = &item,
                      .base = base ? &*base : nullptr,
                      .groups = changed_groups_,
                      .foreign_key = base ? base->foreign_key : known && ForeignKey(*known, item)};
    if (known) return Contend(tx, raw, claim);
  }
  const std::vector<int> covers =
      domain::CoveredOfGroups(*dataset_->kind, translator_->covers(), changed_groups_);
  if (covers.empty() && !item.deleted) {
    // The mapping has changed: what differs is not covered any more, and stays as it is.
    RETURN_IF_ERROR(tx.SetBase(dataset_->path, item.outside_id, {id, item.digests}));
    return Succeed(tx, item, {.result = Result::kUnchanged, .record_id = id});
  }
  ASSIGN_OR_RETURN(Passage passage, Put(tx,
                                        {.kind = dataset_->kind->kind,
                                         .id = id,
                                         .body = item.body,
                                         .covers = covers,
                                         .deleted = item.deleted,
                                         .origin = dataset_->path},
                                        raw, item));
  if (passage.result == Result::kDead) return passage;
  if (passage.result != Result::kUnchanged && raw.rows != nullptr) {
    RETURN_IF_ERROR(tx.NotePlace(raw.rows->location(), mapping::RowTable::Whole(raw.row).line()));
  }
  if (!base) {
    RETURN_IF_ERROR(
        tx.Bind(dataset_->connection, dataset_->kind->kind, item.outside_id, passage.record_id));
  }
  RETURN_IF_ERROR(tx.SetBase(dataset_->path, item.outside_id, {passage.record_id, item.digests}));
  return passage;
}

// Is the connection asked for values of this record that are not the record's yet?
absl::StatusOr<bool> Admission::IsAsked(const store::Transaction& tx, uint64_t id) const {
  ASSIGN_OR_RETURN(const auto proposals, tx.OpenProposalsOf(id));
  return std::any_of(proposals.begin(), proposals.end(), [&](const store::Proposal& proposal) {
    return proposal.connection == dataset_->connection;
  });
}

// It came back before the answer to it was saved.
absl::StatusOr<Passage> Admission::TakeEcho(store::Transaction& tx, const Item& item, uint64_t id,
                                            bool foreign_key) {
  RETURN_IF_ERROR(tx.Bind(dataset_->connection, dataset_->kind->kind, item.outside_id, id));
  RETURN_IF_ERROR(tx.SetBase(dataset_->path, item.outside_id, {id, item.digests, foreign_key}));
  return Succeed(tx, item, {.result = Result::kUnchanged, .record_id = id});
}

bool Admission::ForeignKey(const v1::Record& known, const Item& item) const {
  if (item.deleted) return false;
  const domain::KindInfo& kind = *dataset_->kind;
  return domain::KeyBytes(kind, *item.body) != domain::KeyBytes(kind, domain::BodyOf(known));
}

absl::StatusOr<Passage> Admission::Contend(store::Transaction& tx, const RawRow& raw,
                                           const Claim& claim) {
  const uint64_t id = claim.known->id();
  const Item& item = *claim.item;
  ASSIGN_OR_RETURN(const Verdict verdict, arbiter_->Judge(tx, claim));
  Passage passage{.result = Result::kUnchanged, .record_id = id};
  if (verdict.deletes || !verdict.covers.empty()) {
    ASSIGN_OR_RETURN(passage, Put(tx,
                                  {.kind = dataset_->kind->kind,
                                   .id = id,
                                   .body = item.body,
                                   .covers = verdict.covers,
                                   .deleted = verdict.deletes,
                                   .origin = dataset_->path},
                                  raw, item));
    if (passage.result == Result::kDead) return passage;
  } else {
    ASSIGN_OR_RETURN(passage, Succeed(tx, item, passage));
  }
  RETURN_IF_ERROR(arbiter_->Record(tx, claim, verdict));
  passage.lost = !verdict.lost.empty();
  if (claim.base == nullptr) {
    RETURN_IF_ERROR(tx.Bind(dataset_->connection, dataset_->kind->kind, item.outside_id, id));
  }
  RETURN_IF_ERROR(
      tx.SetBase(dataset_->path, item.outside_id, {id, item.digests, claim.foreign_key}));
  return passage;
}

absl::StatusOr<Passage> Admission::Put(store::Transaction& tx, const store::PutRequest& request,
                                       const RawRow& raw, const Item& item) {
  const auto put = tx.Put(request);
  if (!put.ok()) {
    if (!IsRefusal(put.status())) return put.status();
    const std::string_view message = StdView(put.status().message());
    return Bury(tx, raw, item, {.field = FieldIn(message), .reason = std::string(message)});
  }
  const bool deleted = request.deleted && put->outcome == store::PutOutcome::kChanged;
  return Succeed(
      tx, item,
      {.result = deleted ? Result::kDeleted : ResultOf(put->outcome), .record_id = put->id});
}

absl::StatusOr<Passage> Admission::Succeed(store::Transaction& tx, const Item& item,
                                           Passage passage) {
  if (held_ != nullptr && held_->Of(item.outside_id) == Held::Book::kNone) return passage;
  ASSIGN_OR_RETURN(passage.recovered, tx.Forget(dataset_->path, item.outside_id));
  if (held_ != nullptr) held_->Set(item.outside_id, Held::Book::kNone);
  return passage;
}

// A row that could not be applied still shows that its record is there.
absl::StatusOr<uint64_t> Admission::KnownRecord(store::Transaction& tx, const Item& item) {
  if (dataset_->kind->bulk) {
    if (item.body == nullptr) return 0;
    const auto base = tx.FindBulk(
        store::BulkKey(dataset_->kind->kind, domain::KeyBytes(*dataset_->kind, *item.body)));
    return base ? base->record_id : 0;
  }
  if (item.outside_id.empty()) return 0;
  ASSIGN_OR_RETURN(const auto bound,
                   tx.FindBinding(dataset_->connection, dataset_->kind->kind, item.outside_id));
  return bound.value_or(0);
}

absl::StatusOr<Passage> Admission::Park(store::Transaction& tx, const RawRow& raw,
                                        const Item& item) {
  ASSIGN_OR_RETURN(const uint64_t known, KnownRecord(tx, item));
  store::ParkedItem parked{.source = SourceOf(dataset_->path, raw, item.outside_id, -1),
                           .waits_for_kind = domain::InfoOf(item.missing.kind).name,
                           .waits_for_key = item.missing.key,
                           .parked_at = tx.now()};
  RETURN_IF_ERROR(tx.Forget(dataset_->path, parked.source.outside_id).status());
  RETURN_IF_ERROR(tx.Park(parked).status());
  if (held_ != nullptr) held_->Set(parked.source.outside_id, Held::Book::kParked);
  return Passage{.result = Result::kParked, .record_id = known};
}

absl::StatusOr<Passage> Admission::Bury(store::Transaction& tx, const RawRow& raw, const Item& item,
                                        const Fault& fault) {
  ASSIGN_OR_RETURN(const uint64_t known, KnownRecord(tx, item));
  RETURN_IF_ERROR(
      BuryLetter(tx, {.source = SourceOf(dataset_->path, raw, item.outside_id, fault.column),
                      .field = fault.field,
                      .reason = fault.reason}));
  return Passage{.result = Result::kDead, .record_id = known};
}

absl::Status Admission::BuryBadRow(store::Transaction& tx, const connector::BadRow& bad) {
  return BuryLetter(tx, {.source = SourceOf(dataset_->path, bad), .reason = bad.reason()});
}

absl::Status Admission::BuryLetter(store::Transaction& tx, store::DeadLetter letter) {
  letter.died_at = died_at_ == absl::InfinitePast() ? tx.now() : died_at_;
  letter.replays = replays_;
  if (edited_ != nullptr) {
    letter.original_row = edited_->original_row;
    letter.edited_by = edited_->edited_by;
    letter.edited_at = edited_->edited_at;
  }
  RETURN_IF_ERROR(tx.Forget(dataset_->path, letter.source.outside_id).status());
  RETURN_IF_ERROR(tx.Bury(letter).status());
  if (held_ != nullptr) held_->Set(letter.source.outside_id, Held::Book::kDead);
  return absl::OkStatus();
}

void Admission::SetReplay(absl::Time died_at, uint32_t replays, const store::DeadLetter* edited) {
  edited_ = edited;
  died_at_ = died_at;
  replays_ = replays;
}

// The outside ids under which the dataset showed it must count as changed when they come back.
absl::StatusOr<bool> Admission::Delete(store::Transaction& tx, uint64_t record_id) {
  const domain::KindInfo& kind = *dataset_->kind;
  bool deleted = true;
  if (arbiter_->Judges()) {
    ASSIGN_OR_RETURN(deleted, MayDelete(tx, record_id));
  }
  if (deleted) {
    RETURN_IF_ERROR(tx.Put({.kind = kind.kind,
                            .id = record_id,
                            .deleted = true,
                            .origin = dataset_->path,
                            .base_digest = kind.bulk ? kDeletedDigest : 0})
                        .status());
  }
  if (kind.bulk) return deleted;
  ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(record_id));
  for (const auto& [connection, outside_id] : bindings) {
    if (connection != dataset_->connection) continue;
    RETURN_IF_ERROR(
        tx.SetBase(dataset_->path, outside_id,
                   {record_id, std::vector<uint64_t>(kind.groups.size(), kDeletedDigest)}));
  }
  return deleted;
}

// Judges the absence as a row would be that says so.
absl::StatusOr<bool> Admission::MayDelete(store::Transaction& tx, uint64_t record_id) {
  ASSIGN_OR_RETURN(const auto known, tx.Get(record_id));
  if (!known) return false;
  Item gone;
  gone.deleted = true;
  ASSIGN_OR_RETURN(const auto bindings, tx.BindingsOf(record_id));
  for (const auto& [connection, outside_id] : bindings) {
    if (connection == dataset_->connection) gone.outside_id = outside_id;
  }
  ASSIGN_OR_RETURN(const auto base, tx.FindBase(dataset_->path, gone.outside_id));
  Claim claim{.known = &*known, .item = &gone, .base = base ? &*base : nullptr};
  for (size_t group = 0; group < dataset_->kind->groups.size(); ++group) {
    claim.groups.push_back(static_cast<int>(group));
  }
  ASSIGN_OR_RETURN(const Verdict verdict, arbiter_->Judge(tx, claim));
  RETURN_IF_ERROR(arbiter_->Record(tx, claim, verdict));
  return verdict.deletes;
}

}  // namespace entrepot::sync
