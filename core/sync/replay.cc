#include "core/sync/replay.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/lost_time.h"
#include "core/sync/raw_row.h"

namespace entrepot::sync {
namespace {

constexpr int kQueuedPerTransaction = 500;
constexpr size_t kLettersPerTransaction = 200;
constexpr int kRevisionsLookedAt = 1000;

using Result = Passage::Result;
using enum store::DeliveryState;

bool Applied(Result result) { return result != Result::kParked && result != Result::kDead; }

absl::Status NotFound(uint64_t id) {
  return Failure(absl::StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND",
                 fmt::format("there is no dead letter {}", id));
}

// Did the dataset bring something newer for the record after the letter died?
absl::StatusOr<bool> IsOvertaken(store::Transaction& tx, uint64_t record_id,
                                 const store::DeadLetter& letter) {
  if (record_id == 0) return false;
  ASSIGN_OR_RETURN(const auto history, tx.History(record_id, kRevisionsLookedAt));
  return std::any_of(history.begin(), history.end(), [&](const store::LogEntry& entry) {
    return entry.origin == letter.source.dataset && entry.at > letter.died_at;
  });
}

absl::StatusOr<std::vector<uint64_t>> AllLetters(const store::Reader& reader) {
  std::vector<uint64_t> ids;
  for (store::Page page{.limit = 1000};;) {
    ASSIGN_OR_RETURN(const auto letters, reader.ListDeadLetters("", page));
    if (letters.empty()) return ids;
    for (const store::DeadLetter& letter : letters) ids.push_back(letter.id);
    page.after = letters.back().id;
  }
}

// Its outcome is unknown, and a person has been asked.
bool HandedOver(const store::Delivery& delivery) {
  return delivery.state == kUnknown && delivery.due == absl::InfiniteFuture();
}

// What a sink could not take is sent again.
absl::Status Redeliver(store::Transaction& tx, const store::Epoch& epoch,
                       const store::DeadLetter& letter) {
  const std::string& path = letter.source.dataset;
  const std::string connection = path.substr(0, path.find('/'));
  ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(connection, letter.record_id));
  if (!delivery) {
    delivery = store::Delivery{.connection = connection, .record_id = letter.record_id};
  }
  // A newer revision is under way: sending it again before it is settled might double it.
  const bool under_way =
      delivery->state == kInFlight || (delivery->state == kUnknown && !HandedOver(*delivery));
  if (under_way) return tx.RemoveDeadLetter(letter.id);
  if (HandedOver(*delivery)) delivery->epoch = epoch.number;  // a person has looked
  MakePending(epoch, tx.now(), &*delivery);
  RETURN_IF_ERROR(tx.SaveDelivery(*delivery));
  return tx.RemoveDeadLetter(letter.id);
}

absl::Status BuryAgain(store::Transaction& tx, store::DeadLetter letter, std::string reason) {
  letter.field.clear();
  letter.reason = std::move(reason);
  ++letter.replays;
  return tx.Bury(letter).status();
}

}  // namespace

absl::Status DiscardLetter(store::Transaction& tx, const store::DeadLetter& letter) {
  RETURN_IF_ERROR(tx.RemoveDeadLetter(letter.id));
  if (letter.record_id == 0) return absl::OkStatus();
  const std::string& path = letter.source.dataset;
  ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(path.substr(0, path.find('/')), letter.record_id));
  if (!delivery || !HandedOver(*delivery)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto newest, tx.Get(letter.record_id));
  const bool behind = newest && newest->revision() > delivery->revision;
  delivery->delivered_revision = delivery->revision;
  if (behind) delivery->revision = newest->revision();
  delivery->state = behind ? kPending : kDelivered;
  delivery->attempts = 0;
  delivery->due = tx.now();
  delivery->error.clear();
  return tx.SaveDelivery(*delivery);
}

Replay::Replay(const IntakeOptions& options, const std::vector<ConnectionPlan>* plan)
    : options_(options), plan_(plan) {}

const DatasetPlan* Replay::FindDataset(std::string_view path) const {
  for (const ConnectionPlan& connection : *plan_) {
    for (const DatasetPlan& dataset : connection.datasets) {
      if (dataset.path == path) return &dataset;
    }
  }
  return nullptr;
}

absl::StatusOr<Admission*> Replay::AdmissionOf(const DatasetPlan& dataset) {
  auto& admission = admissions_[dataset.path];
  if (admission == nullptr) {
    ASSIGN_OR_RETURN(admission, Admission::Make(&dataset, options_.environment, /*held=*/nullptr));
  }
  return admission.get();
}

absl::StatusOr<uint64_t> Replay::ApplyQueued() {
  std::lock_guard lock(mutex_);
  uint64_t applied = 0;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(const uint64_t count, ApplyQueuedBatch(&more));
    applied += count;
  }
  return applied;
}

absl::StatusOr<uint64_t> Replay::ApplyQueuedBatch(bool* more) {
  uint64_t applied = 0;
  RETURN_IF_ERROR(options_.store->WriteBulk([&](store::Transaction& tx) -> absl::Status {
    applied = 0;
    ASSIGN_OR_RETURN(const auto items, tx.TakeQueued(kQueuedPerTransaction));
    for (const store::ParkedItem& item : items) {
      ASSIGN_OR_RETURN(const bool was_applied, ApplyParked(tx, item));
      applied += was_applied;
    }
    // Where none could be applied they would only be taken again.
    *more = items.size() == kQueuedPerTransaction && applied > 0;
    return absl::OkStatus();
  }));
  return applied;
}

absl::StatusOr<bool> Replay::ApplyParked(store::Transaction& tx, const store::ParkedItem& item) {
  RETURN_IF_ERROR(tx.RemoveParked(item.id));
  store::DeadLetter letter{.source = item.source, .died_at = tx.now()};
  const DatasetPlan* dataset = FindDataset(item.source.dataset);
  SourceBatch batch;
  const absl::Status kept = ReadKept(item.source, &batch);
  if (dataset == nullptr || !kept.ok()) {
    letter.reason = dataset != nullptr ? std::string(StdView(kept.message()))
                                       : "the configuration no longer has this dataset";
    RETURN_IF_ERROR(tx.Bury(letter).status());
    return false;
  }
  auto admission = AdmissionOf(*dataset);
  const absl::Status bound = admission.ok() ? (*admission)->Bind(batch.rows()) : admission.status();
  if (!bound.ok()) {
    letter.reason = std::string(StdView(bound.message()));
    RETURN_IF_ERROR(tx.Bury(letter).status());
    return false;
  }
  (*admission)->SetReplay(absl::InfinitePast(), 0);
  ASSIGN_OR_RETURN(const Passage passage, (*admission)->EnterRow(tx, RowOf(batch, 0)));
  return Applied(passage.result);
}

absl::StatusOr<v1::ReplayDeadLettersResponse> Replay::DeadLetters(std::span<const uint64_t> ids,
                                                                  bool force) {
  std::lock_guard lock(mutex_);
  std::vector<uint64_t> wanted(ids.begin(), ids.end());
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    if (wanted.empty()) {
      ASSIGN_OR_RETURN(wanted, AllLetters(*snapshot));
    }
    for (const uint64_t id : ids) {
      ASSIGN_OR_RETURN(const auto letter, snapshot->GetDeadLetter(id));
      if (!letter) return NotFound(id);
    }
  }
  v1::ReplayDeadLettersResponse done;
  for (size_t from = 0; from < wanted.size(); from += kLettersPerTransaction) {
    const size_t to = std::min(wanted.size(), from + kLettersPerTransaction);
    v1::ReplayDeadLettersResponse counts;
    RETURN_IF_ERROR(options_.store->WriteBulk([&](store::Transaction& tx) -> absl::Status {
      counts = done;
      for (size_t i = from; i < to; ++i) {
        RETURN_IF_ERROR(ReplayLetter(tx, wanted[i], force, &counts));
      }
      return absl::OkStatus();
    }));
    done = counts;
  }
  return done;
}

absl::Status Replay::ReplayLetter(store::Transaction& tx, uint64_t id, bool force,
                                  v1::ReplayDeadLettersResponse* counts) {
  ASSIGN_OR_RETURN(const auto letter, tx.GetDeadLetter(id));
  if (!letter) return absl::OkStatus();  // gone since: a later row was applied for its key
  if (letter->record_id == 0) return ReplayRow(tx, *letter, force, counts);
  counts->set_applied(counts->applied() + 1);
  return Redeliver(tx, options_.store->epoch(), *letter);
}

absl::Status Replay::ReplayRow(store::Transaction& tx, const store::DeadLetter& letter, bool force,
                               v1::ReplayDeadLettersResponse* counts) {
  const auto still_dead = [&](std::string_view reason) {
    counts->set_dead(counts->dead() + 1);
    return BuryAgain(tx, letter, std::string(reason));
  };
  const DatasetPlan* dataset = FindDataset(letter.source.dataset);
  if (dataset == nullptr) return still_dead("the configuration no longer has this dataset");
  SourceBatch batch;
  const absl::Status kept = ReadKept(letter.source, &batch);
  if (!kept.ok()) return still_dead(StdView(kept.message()));
  ASSIGN_OR_RETURN(Admission * admission, AdmissionOf(*dataset));
  const absl::Status bound = admission->Bind(batch.rows());
  if (!bound.ok()) return still_dead(StdView(bound.message()));
  if (!force) {
    ASSIGN_OR_RETURN(const uint64_t record_id, admission->Preview(tx, RowOf(batch, 0)));
    ASSIGN_OR_RETURN(const bool overtaken, IsOvertaken(tx, record_id, letter));
    if (overtaken) {
      counts->set_refused(counts->refused() + 1);
      return absl::OkStatus();
    }
  }
  RETURN_IF_ERROR(tx.RemoveDeadLetter(letter.id));
  admission->SetReplay(letter.died_at, letter.replays + 1,
                       letter.original_row.empty() ? nullptr : &letter);
  ASSIGN_OR_RETURN(const Passage passage, admission->EnterRow(tx, RowOf(batch, 0)));
  if (Applied(passage.result)) {
    counts->set_applied(counts->applied() + 1);
  } else if (passage.result == Result::kParked) {
    counts->set_parked(counts->parked() + 1);
  } else {
    counts->set_dead(counts->dead() + 1);
  }
  return absl::OkStatus();
}

}  // namespace entrepot::sync
