#include "core/sync/diagnosis.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/status_macros.h"
#include "core/sync/history.h"
#include "core/sync/key_text.h"
#include "core/sync/translator.h"

namespace entrepot::sync {
namespace {

using enum store::DeliveryState;

constexpr int kItemsPerPage = 1000;
constexpr char kDeadLetters[] = "entrepot dead-letters list";

void Set(v1::DifferenceCause cause, std::string reason, std::string repair,
         Diagnosis::Finding* finding) {
  finding->difference.set_cause(cause);
  finding->difference.set_reason(std::move(reason));
  finding->difference.set_repair(std::move(repair));
}

}  // namespace

void Diagnosis::Finding::CallMoving() {
  Set(v1::DIFFERENCE_CAUSE_IN_FLIGHT, "it changes while it is looked at",
      "none: look again when it rests", this);
  repair = Repair::kNone;
}

absl::StatusOr<Diagnosis::Case> Diagnosis::Open(const store::Transaction& tx,
                                                Suspect* suspect) const {
  const DatasetPlan& dataset = sides_->dataset();
  const domain::KindInfo& kind = *dataset.kind;
  Case it{.suspect = suspect};
  if (!suspect->id.empty() && sides_->by_rows()) {
    if (kind.bulk) {
      const auto base = tx.FindBulk(store::BulkKey(kind.kind, suspect->id));
      if (base) {
        suspect->record_id = base->record_id;
        it.base = {base->digest};
      }
    } else {
      ASSIGN_OR_RETURN(const auto bound,
                       tx.FindBinding(dataset.connection, kind.kind, suspect->id));
      ASSIGN_OR_RETURN(const auto base, tx.FindBase(dataset.path, suspect->id));
      if (base) it.base = base->digests;
      if (bound) suspect->record_id = *bound;
      if (!bound && base) suspect->record_id = base->record_id;
    }
  }
  if (!suspect->id.empty() && !sides_->by_rows() && suspect->record_id == 0) {
    ASSIGN_OR_RETURN(const auto bound, tx.FindBinding(dataset.connection, kind.kind, suspect->id));
    suspect->record_id = bound.value_or(0);
  }
  if (suspect->record_id == 0) return it;
  ASSIGN_OR_RETURN(it.record, tx.Get(suspect->record_id));
  it.live = it.record && !it.record->deleted();
  ASSIGN_OR_RETURN(it.delivery, tx.GetDelivery(dataset.connection, suspect->record_id));
  if (!it.record || !dataset.sink) return it;
  ASSIGN_OR_RETURN(const auto newest, tx.History(suspect->record_id, 1));
  it.pending_log = sink_cursor_ == 0 || (!newest.empty() && newest.front().seq > sink_cursor_);
  return it;
}

bool Diagnosis::Equal(const Case& it) const {
  if (it.suspect->there != it.live) return false;
  if (!it.live) return true;
  if (!it.suspect->trouble.empty()) return false;
  if (sides_->by_rows()) {
    return sides_->ContentOf(domain::BodyOf(*it.record)) == it.suspect->content;
  }
  return it.delivery && it.delivery->delivered_revision >= it.record->revision();
}

absl::StatusOr<Diagnosis::Finding> Diagnosis::Judge(const store::Transaction& tx,
                                                    Suspect* suspect) const {
  Finding finding;
  ASSIGN_OR_RETURN(const Case it, Open(tx, suspect));
  suspect->revision = it.record ? it.record->revision() : 0;
  if (Equal(it)) return finding;
  finding.differs = true;
  const domain::KindInfo& kind = *sides_->dataset().kind;
  v1::Difference& difference = finding.difference;
  difference.set_dataset(sides_->dataset().path);
  difference.set_kind(kind.name);
  difference.set_record_id(suspect->record_id);
  difference.set_outside_id(suspect->outside_id);
  difference.set_missing_in_hub(!it.live);
  difference.set_missing_there(!suspect->there);
  if (it.record) {
    ASSIGN_OR_RETURN(*difference.mutable_key(), KeyTextOf(tx, kind, domain::BodyOf(*it.record)));
  }
  if (it.live && suspect->there && suspect->body != nullptr) {
    // The dataset speaks for some fields only.
    const std::unique_ptr<google::protobuf::Message> merged(suspect->body->New());
    merged->CopyFrom(domain::BodyOf(*it.record));
    domain::MergeCovered(*suspect->body, sides_->covers(), merged.get());
    for (v1::FieldChange& field : Differences(&domain::BodyOf(*it.record), merged.get())) {
      *difference.add_fields() = std::move(field);
    }
  }
  if (ByDelivery(it, &finding)) return finding;
  ASSIGN_OR_RETURN(const bool in_conflict, ByConflict(tx, it, &finding));
  if (!in_conflict && !ByBooks(it, &finding)) ByContent(it, &finding);
  return finding;
}

bool Diagnosis::ByDelivery(const Case& it, Finding* finding) const {
  if (!it.delivery) return false;
  const store::Delivery& delivery = *it.delivery;
  const bool asked = delivery.state == kUnknown && delivery.due == absl::InfiniteFuture();
  switch (delivery.state) {
    case kDelivered: return false;
    case kWaiting:
      Set(v1::DIFFERENCE_CAUSE_WAITING,
          fmt::format("its delivery waits for {}", delivery.waits_for),
          "none: it goes out when that has", finding);
      return true;
    case kRejected:
      Set(v1::DIFFERENCE_CAUSE_REFUSED, "its delivery was refused: " + delivery.error, kDeadLetters,
          finding);
      return true;
    default: break;
  }
  if (asked) {
    Set(v1::DIFFERENCE_CAUSE_REFUSED, "its delivery's answer was lost: " + delivery.error,
        kDeadLetters, finding);
    return true;
  }
  Set(v1::DIFFERENCE_CAUSE_IN_FLIGHT,
      fmt::format("revision {} is on its way{}{}", delivery.revision,
                  delivery.error.empty() ? "" : "; the last try ended so: ", delivery.error),
      "none: it is delivered by itself; at once: entrepot sync " + sides_->dataset().connection,
      finding);
  return true;
}

absl::Status Diagnosis::LoadBooks(const store::Reader& reader) {
  const std::string& path = sides_->dataset().path;
  for (store::Page page{.limit = kItemsPerPage};;) {
    ASSIGN_OR_RETURN(const auto parked, reader.ListParked(page));
    if (parked.empty()) break;
    for (const store::ParkedItem& item : parked) {
      if (item.source.dataset != path) continue;
      parked_[item.source.outside_id] =
          fmt::format("its row waits for {} {}", item.waits_for_kind, item.waits_for_key);
    }
    page.after = parked.back().id;
  }
  for (store::Page page{.limit = kItemsPerPage};;) {
    ASSIGN_OR_RETURN(const auto letters, reader.ListDeadLetters(path, page));
    if (letters.empty()) break;
    for (const store::DeadLetter& letter : letters) {
      dead_[letter.source.outside_id] =
          fmt::format("its row is a dead letter: {}{}{}", letter.field,
                      letter.field.empty() ? "" : ": ", letter.reason);
    }
    page.after = letters.back().id;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Diagnosis::ByConflict(const store::Transaction& tx, const Case& it,
                                           Finding* finding) const {
  if (!it.record) return false;
  ASSIGN_OR_RETURN(const auto conflicts, tx.OpenConflictsOf(it.record->id()));
  for (const store::Conflict& conflict : conflicts) {
    if (conflict.dataset != sides_->dataset().path) continue;
    Set(v1::DIFFERENCE_CAUSE_CONFLICT,
        fmt::format("both sides have changed its \"{}\", and neither has given way",
                    conflict.group),
        fmt::format("entrepot conflicts show {}", conflict.id), finding);
    return true;
  }
  return false;
}

// A row in the books has not become a record, and they say why.
bool Diagnosis::ByBooks(const Case& it, Finding* finding) const {
  const std::string& outside_id = it.suspect->outside_id;
  if (outside_id.empty()) return false;
  if (const auto found = parked_.find(outside_id); found != parked_.end()) {
    Set(v1::DIFFERENCE_CAUSE_WAITING, found->second, "none: it enters when that has come", finding);
    return true;
  }
  const auto found = dead_.find(outside_id);
  if (found == dead_.end()) return false;
  Set(v1::DIFFERENCE_CAUSE_REFUSED, found->second, kDeadLetters, finding);
  return true;
}

// A bulk record has one base: of whoever showed it last.
bool Diagnosis::BaseOfAnother(const Case& it) const {
  const DatasetPlan& dataset = sides_->dataset();
  return dataset.kind->bulk && it.record && it.record->origin() != dataset.path;
}

// Does the outside show what it showed when the hub last looked?
bool Diagnosis::ShownBefore(const Case& it) const {
  if (it.base.empty() || BaseOfAnother(it)) return false;
  const bool deleted = it.base.front() == kDeletedDigest;
  return it.suspect->there ? !deleted && TwoSides::ContentOf(it.base) == it.suspect->content
                           : deleted;
}

void Diagnosis::ByContent(const Case& it, Finding* finding) const {
  const DatasetPlan& dataset = sides_->dataset();
  const Suspect& suspect = *it.suspect;
  const bool ours = dataset.sink && BaseOfAnother(it);
  if (suspect.comes && !ours && !ShownBefore(it)) {
    return Set(v1::DIFFERENCE_CAUSE_IN_FLIGHT, "it has changed there; the next reading brings it",
               "none: it is read by itself; at once: entrepot sync " + dataset.connection, finding);
  }
  if (dataset.sink && it.pending_log) {
    return Set(v1::DIFFERENCE_CAUSE_IN_FLIGHT,
               "it has changed in the hub; the sink has not come to it yet",
               "none: it is delivered by itself", finding);
  }
  if (!suspect.trouble.empty() && suspect.there) {
    return Set(v1::DIFFERENCE_CAUSE_REFUSED, "its row there is no record: " + suspect.trouble,
               "correct the row there", finding);
  }
  if (suspect.there && !it.record && !dataset.source) {
    return Set(v1::DIFFERENCE_CAUSE_FOREIGN,
               "the hub does not know it and does not read it from there",
               "none needed; or delete it there", finding);
  }
  if (!suspect.there && it.live && sides_->unreadable_rows()) {
    return Set(v1::DIFFERENCE_CAUSE_REFUSED,
               "it is not among the rows there that can be read, and some cannot be",
               fmt::format("correct the rows there; see {}", kDeadLetters), finding);
  }
  const bool by_hub =
      dataset.sink && (!dataset.source || ours || ShownBefore(it) || suspect.id.empty());
  if (by_hub || !ShownBefore(it)) return Missed(it, by_hub, finding);
  Set(v1::DIFFERENCE_CAUSE_FOREIGN,
      fmt::format("the hub has it from {}, and does not write it there",
                  it.record ? it.record->origin() : "elsewhere"),
      "none here: correct it where it is wrong", finding);
}

void Diagnosis::Missed(const Case& it, bool by_hub, Finding* finding) const {
  const std::string& connection = sides_->dataset().connection;
  finding->repair = by_hub ? Repair::kDeliver : Repair::kRead;
  std::string reason;
  if (by_hub) {
    reason = it.suspect->there ? "what the hub holds should be there, and something else is"
             : it.live         ? "it should be there, and is not"
                               : "it is deleted in the hub, and still there";
  } else {
    reason = !it.suspect->there ? "it is gone there, and the hub did not see it go"
             : it.live          ? "it has changed there, and the hub did not see it change"
                                : "it is there, and the hub did not see it come";
  }
  Set(v1::DIFFERENCE_CAUSE_MISSED, std::move(reason),
      by_hub ? fmt::format("entrepot verify {} --repair", connection)
             : fmt::format("entrepot verify {} --repair, or entrepot sync --full {}", connection,
                           connection),
      finding);
}

absl::Status Diagnosis::Queue(store::Transaction& tx, const Suspect& suspect,
                              const Finding& finding) const {
  const DatasetPlan& dataset = sides_->dataset();
  const domain::KindInfo& kind = *dataset.kind;
  if (finding.repair == Repair::kDeliver) {
    ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(dataset.connection, suspect.record_id));
    if (!delivery) {
      delivery = store::Delivery{.connection = dataset.connection, .record_id = suspect.record_id};
    }
    delivery->revision = suspect.revision;
    delivery->delivered_revision = 0;
    delivery->state = kPending;
    delivery->attempts = 0;
    delivery->due = tx.now();
    delivery->error.clear();
    return tx.SaveDelivery(*delivery);
  }
  if (finding.repair != Repair::kRead || suspect.record_id == 0) return absl::OkStatus();
  if (!suspect.there) return absl::OkStatus();  // a full reading sees by itself what is gone
  // As if it had been deleted there when the hub last looked: whatever is there now is news.
  if (!kind.bulk) {
    return tx.SetBase(
        dataset.path, suspect.id,
        {suspect.record_id, std::vector<uint64_t>(kind.groups.size(), kDeletedDigest)});
  }
  ASSIGN_OR_RETURN(const auto record, tx.Get(suspect.record_id));
  if (!record) return absl::OkStatus();
  return tx
      .Put({.kind = kind.kind,
            .id = record->id(),
            .body = &domain::BodyOf(*record),
            .deleted = record->deleted(),
            .origin = record->origin(),
            .base_digest = kDeletedDigest})
      .status();
}

}  // namespace entrepot::sync
