#include "core/store/door.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/check.h"
#include "core/domain/merge.h"
#include "core/store/revisions.h"

namespace entrepot::store {
namespace {

using domain::KindInfo;
using google::protobuf::Message;

std::unique_ptr<Message> NewBody(const KindInfo& info) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(info.descriptor)->New());
}

absl::Status NotThere(const KindInfo& info, uint64_t id) {
  return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                 fmt::format("there is no {} with id {}", info.name, id));
}

absl::Status KeyTaken(const KindInfo& info, const Message& body, uint64_t owner) {
  return Failure(absl::StatusCode::kFailedPrecondition, "KEY_TAKEN",
                 fmt::format("the key \"{}\" belongs to another {} (id {}): give this one a key "
                             "of its own, or change that one",
                             domain::KeyText(info, body), info.name, owner));
}

// Fields by number, as bits; what does not fit in is in no set.
uint64_t NumbersOf(const KindInfo& info, std::span<const int> fields) {
  uint64_t numbers = 0;
  for (const int index : fields) {
    const int number = info.descriptor->field(index)->number();
    if (number < 64) numbers |= uint64_t{1} << number;
  }
  return numbers;
}

// Does a serialized message hold no other fields than these? False where that is not clear.
bool HoldsOnly(std::string_view bytes, uint64_t numbers) {
  enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2 };
  for (Unpacker in(bytes); !in.done();) {
    const uint64_t tag = in.Varint();
    const uint64_t number = tag >> 3;
    if (number >= 64 || (numbers >> number & 1) == 0) return false;
    switch (tag & 7) {
      case kVarint: in.Varint(); break;
      case kFixed64: in.Fixed(); break;
      case kBytes: in.Bytes(); break;
      default: return false;
    }
    if (!in.ok()) return false;
  }
  return true;
}

}  // namespace

absl::Status WriteBuffers::Flush(Connection& db, BulkPlaces* places) {
  RETURN_IF_ERROR(places->Flush(db));
  return log.Flush(db);
}

void WriteBuffers::Drop() {
  log.Drop();
  row.Forget();
}

absl::StatusOr<BulkFound> WriteBuffers::FindBulk(Connection& db, const Memory& memory,
                                                 uint64_t id) {
  const BulkPlace place = memory.bulk_places.Find(id);
  if (place.seq == 0) return BulkFound{};
  const uint64_t held = log.first_held_seq();
  if (held != 0 && place.seq >= held) RETURN_IF_ERROR(log.Flush(db));
  ASSIGN_OR_RETURN(const PackedEntry* entry, row.Find(db, place.seq));
  if (entry == nullptr) return CorruptError(fmt::format("the bulk record {}", id));
  return BulkFound{entry, row.at()};
}

absl::StatusOr<PutResult> Door::Put(const PutRequest& request, absl::Time now) {
  const KindInfo& info = domain::InfoOf(request.kind);
  if (request.deleted) return Delete(info, request, now);
  Known known;
  if (request.id != 0) {
    RETURN_IF_ERROR(FindById(info, request.id, &known));
  } else {
    RETURN_IF_ERROR(FindByKey(info, request, &known));
  }
  ASSIGN_OR_RETURN(const Message* body, Merge(info, request, known));
  if (known.id != 0 && !known.deleted && bytes_ == known.body) {
    return KeepUnchanged(request, known);
  }
  RETURN_IF_ERROR(domain::Check(request.kind, *body));
  Next next{.info = &info,
            .body = body,
            .bytes = bytes_,
            .origin = request.origin,
            .base_digest = BaseDigest(request, known),
            .now = now};
  RETURN_IF_ERROR(CheckKey(request, known, &next));
  return Write(known, next);
}

absl::Status Door::FindById(const KindInfo& info, uint64_t id, Known* known) {
  if (info.bulk) {
    ASSIGN_OR_RETURN(const BulkFound found, buffers_->FindBulk(*db_, *memory_, id));
    if (found.entry == nullptr || found.entry->kind != info.kind) return NotThere(info, id);
    *known = {.id = id,
              .revision = found.entry->revision,
              .last_seq = found.entry->seq,
              .deleted = found.entry->deleted,
              .bulk_key = found.entry->key,
              .body = found.entry->body};
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const bool found, FindOrdinary(*db_, id, &ordinary_));
  if (!found || ordinary_.kind != info.kind) return NotThere(info, id);
  *known = {.id = id,
            .revision = ordinary_.revision,
            .last_seq = ordinary_.last_seq,
            .deleted = ordinary_.deleted,
            .key = ordinary_.key,
            .body = ordinary_.body};
  return absl::OkStatus();
}

absl::Status Door::FindByKey(const KindInfo& info, const PutRequest& request, Known* known) {
  uint64_t id = 0;
  if (info.bulk) {
    known->bulk_key = KeyOf(info, request, request.body);
    const auto base = memory_->bulk_index.Find(known->bulk_key);
    if (base) id = base->record_id;
  } else {
    ASSIGN_OR_RETURN(id, FindOrdinaryByKey(*db_, info.kind, domain::KeyBytes(info, *request.body)));
  }
  return id == 0 ? absl::OkStatus() : FindById(info, id, known);
}

// Of a bulk kind.
Digest128 Door::KeyOf(const KindInfo& info, const PutRequest& request, const Message* body) {
  if (body == request.body && request.bulk_key) return *request.bulk_key;
  return BulkKey(info.kind, domain::KeyBytes(info, *body));
}

// The next body, and its canonical bytes in bytes_.
absl::StatusOr<const Message*> Door::Merge(const KindInfo& info, const PutRequest& request,
                                           const Known& known) {
  bytes_.clear();
  domain::AppendCanonicalBytes(*request.body, &bytes_);
  if (request.covers.empty()) return request.body;
  // The usual case: nobody else has said anything about the record. Seen without parsing it.
  const uint64_t covered = NumbersOf(info, request.covers);
  if (HoldsOnly(bytes_, covered) && HoldsOnly(known.body, covered)) return request.body;
  Message* after = ScratchOf(info).after.get();
  if (known.id == 0) {
    after->Clear();
  } else {
    RETURN_IF_ERROR(Parse(known.body, known.id, after));
  }
  domain::MergeCovered(*request.body, request.covers, after);
  bytes_.clear();
  domain::AppendCanonicalBytes(*after, &bytes_);
  return after;
}

// A key has one owner, deleted ones included: they come back under their old id.
absl::Status Door::CheckKey(const PutRequest& request, const Known& known, Next* next) {
  const KindInfo& info = *next->info;
  uint64_t owner = 0;
  if (info.bulk) {
    next->bulk_key = KeyOf(info, request, next->body);
    const bool same = next->bulk_key == known.bulk_key;
    next->key_changed = known.id == 0 || !same;
    if (same) return absl::OkStatus();  // its own, or looked for and not found
    const auto base = memory_->bulk_index.Find(next->bulk_key);
    if (base) owner = base->record_id;
  } else {
    key_ = domain::KeyBytes(info, *next->body);
    next->key_changed = known.id == 0 || key_ != known.key;
    if (!next->key_changed) return absl::OkStatus();
    ASSIGN_OR_RETURN(owner, FindOrdinaryByKey(*db_, info.kind, key_));
  }
  return owner == 0 ? absl::OkStatus() : KeyTaken(info, *next->body, owner);
}

absl::StatusOr<PutResult> Door::Delete(const KindInfo& info, const PutRequest& request,
                                       absl::Time now) {
  Known known;
  RETURN_IF_ERROR(FindById(info, request.id, &known));
  if (known.deleted) return KeepUnchanged(request, known);
  key_.assign(known.key);
  return Write(known, {.info = &info,
                       .body = nullptr,
                       .bytes = known.body,
                       .bulk_key = known.bulk_key,
                       .origin = request.origin,
                       .base_digest = BaseDigest(request, known),
                       .now = now});
}

absl::StatusOr<PutResult> Door::KeepUnchanged(const PutRequest& request, const Known& known) {
  if (domain::InfoOf(request.kind).bulk && request.base_digest != 0) {
    if (memory_->bulk_index.DigestOf(known.id) != request.base_digest) {
      RETURN_IF_ERROR(SaveBulkBase(*db_, known.id, known.revision, request.base_digest));
      memory_->bulk_index.Set(known.bulk_key, {known.id, request.base_digest});
    }
  }
  return PutResult{PutOutcome::kUnchanged, known.id, known.revision};
}

uint64_t Door::BaseDigest(const PutRequest& request, const Known& known) const {
  if (request.base_digest != 0 || known.id == 0) return request.base_digest;
  return memory_->bulk_index.DigestOf(known.id);
}

uint64_t Door::NextRevision(const Known& known) const {
  return std::max(known.revision, RevisionFloor(memory_->epoch)) + 1;
}

absl::StatusOr<PutResult> Door::Write(const Known& known, const Next& next) {
  ASSIGN_OR_RETURN(const uint32_t origin, memory_->names.Intern(*db_, next.origin));
  Head& head = memory_->head;
  const uint64_t id = known.id != 0 ? known.id : ++head.record_id;
  const uint64_t seq = ++head.seq;
  const uint64_t revision = NextRevision(known);
  const bool deleted = next.body == nullptr;
  RETURN_IF_ERROR(buffers_->log.Append(*db_,
                                       {.seq = seq,
                                        .record_id = id,
                                        .kind = next.info->kind,
                                        .revision = revision,
                                        .previous_seq = known.last_seq,
                                        .origin = origin,
                                        .deleted = deleted,
                                        .bulk = next.info->bulk,
                                        .base_digest = next.base_digest,
                                        .key = next.bulk_key,
                                        .body = next.bytes},
                                       next.now));
  RETURN_IF_ERROR(Project(id, known, next));
  const bool was_live = known.id != 0 && !known.deleted;
  memory_->live[static_cast<size_t>(next.info->kind)] += (deleted ? 0 : 1) - (was_live ? 1 : 0);
  if (next.info->bulk) {
    PlaceBulk(id, seq, next);
  } else {
    RETURN_IF_ERROR(WriteOrdinary(id, seq, origin, known, next));
  }
  if (next.key_changed) RETURN_IF_ERROR(QueueThoseWaitingFor(next));
  return PutResult{known.id == 0 ? PutOutcome::kCreated : PutOutcome::kChanged, id, revision};
}

void Door::PlaceBulk(uint64_t id, uint64_t seq, const Next& next) {
  memory_->bulk_index.Set(next.bulk_key, {id, next.base_digest});
  memory_->bulk_places.Set(id, {next.info->kind, seq});
}

absl::Status Door::WriteOrdinary(uint64_t id, uint64_t seq, uint32_t origin, const Known& known,
                                 const Next& next) {
  const KindInfo& info = *next.info;
  if (next.key_changed) {
    if (known.id != 0) memory_->bindings.NextGeneration();  // it has lost its old key
    const std::string_view old_text = domain::TextOfKeyBytes(info, known.key);
    const std::string_view text = domain::TextOfKeyBytes(info, key_);
    if (!old_text.empty()) memory_->bindings.SetKeyText(info.kind, old_text, 0);
    if (!text.empty()) memory_->bindings.SetKeyText(info.kind, text, id);
  }
  const OrdinaryRecord record{.id = id,
                              .kind = info.kind,
                              .key = key_,
                              .revision = NextRevision(known),
                              .last_seq = seq,
                              .changed_at = ToMicros(next.now),
                              .origin = origin,
                              .deleted = next.body == nullptr,
                              .body = std::string(next.bytes)};
  return known.id == 0 ? InsertOrdinary(*db_, record) : UpdateOrdinary(*db_, record);
}

absl::Status Door::Project(uint64_t id, const Known& known, const Next& next) {
  const Scratch& scratch = ScratchOf(*next.info);
  if (!scratch.projected) return absl::OkStatus();
  const bool was_live = known.id != 0 && !known.deleted;
  const bool parse = was_live && (scratch.needs_before || next.key_changed || next.body == nullptr);
  if (parse) RETURN_IF_ERROR(Parse(known.body, id, scratch.before.get()));
  const RecordChange change{.id = id,
                            .kind = next.info->kind,
                            .revision = NextRevision(known),
                            .before = parse ? scratch.before.get() : nullptr,
                            .after = next.body,
                            .made = {.origin = next.origin, .at = next.now}};
  for (Projection* projection : memory_->projections) {
    if (projection->Wants(next.info->kind)) projection->Stage(change);
  }
  return absl::OkStatus();
}

absl::Status Door::QueueThoseWaitingFor(const Next& next) {
  const KindInfo& info = *next.info;
  if (!memory_->awaited.AwaitsAny(info.name)) return absl::OkStatus();
  const std::string text = domain::KeyText(info, *next.body);
  if (!memory_->awaited.Awaits(info.name, text)) return absl::OkStatus();
  return QueueWaiters(*db_, "", info.name, text);
}

Door::Scratch& Door::ScratchOf(const KindInfo& info) {
  const auto number = static_cast<size_t>(info.kind);
  if (scratch_.size() <= number) scratch_.resize(number + 1);
  Scratch& scratch = scratch_[number];
  if (scratch.before == nullptr) {
    scratch.before = NewBody(info);
    scratch.after = NewBody(info);
    for (const Projection* projection : memory_->projections) {
      if (!projection->Wants(info.kind)) continue;
      scratch.projected = true;
      scratch.needs_before |= projection->NeedsBefore(info.kind);
    }
  }
  return scratch;
}

absl::Status Door::Parse(std::string_view bytes, uint64_t id, Message* message) const {
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return CorruptError(fmt::format("the body of record {}", id));
}

}  // namespace entrepot::store
