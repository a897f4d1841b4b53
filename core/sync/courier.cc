#include "core/sync/courier.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
#include "core/sync/lost_time.h"
#include "core/sync/outcome.h"

namespace entrepot::sync {
namespace {

using enum store::DeliveryState;

constexpr char kCannotLookUp[] = "cannot look it up";
constexpr size_t kRequeuedPerWrite = 500;
constexpr int kWaitingMax = 100'000;  // looked at again in one go; more come with the next

absl::Duration SettleOf(const connector::Manifest& manifest) {
  return absl::Seconds(manifest.settle().seconds()) + absl::Nanoseconds(manifest.settle().nanos());
}

std::string Message(const absl::Status& status) { return std::string(StdView(status.message())); }

// Only the first of the datasets that are due goes into a call; kinds come in order of dependency.
std::vector<Parcel> OfFirstDataset(std::vector<Parcel> parcels) {
  const DatasetPlan* first = nullptr;
  for (const Parcel& parcel : parcels) {
    if (parcel.fate != Parcel::Fate::kSend) continue;
    if (first == nullptr || parcel.dataset < first) first = parcel.dataset;
  }
  std::erase_if(parcels, [&](const Parcel& parcel) {
    return parcel.fate == Parcel::Fate::kSend && parcel.dataset != first;
  });
  return parcels;
}

connector::ApplyRequest RequestOf(const SinkDatasets& datasets,
                                  const std::vector<Parcel>& parcels) {
  connector::ApplyRequest request;
  const DatasetPlan& dataset = *parcels.front().dataset;
  request.set_dataset(dataset.name);
  for (const std::string& column : datasets.Of(dataset.kind->kind)->columns()) {
    request.add_columns(column);
  }
  for (const Parcel& parcel : parcels) *request.add_items() = parcel.item;
  return request;
}

// The newest revision that the hub knows of.
uint64_t NewestOf(const Parcel& parcel) {
  return std::max(parcel.delivery.revision, parcel.item.record().revision());
}

connector::FindRequest FindRequestOf(const std::vector<Parcel>& parcels) {
  connector::FindRequest request;
  request.set_dataset(parcels.front().dataset->name);
  for (const Parcel& parcel : parcels) {
    connector::FindItem* item = request.add_items();
    item->set_correlation_key(parcel.item.correlation_key());
    item->set_outside_id(parcel.delivery.outside_id);
    const bool has_record = parcel.item.record().body_case() != v1::Record::BODY_NOT_SET;
    if (has_record) *item->mutable_record() = parcel.item.record();
  }
  return request;
}

}  // namespace

Courier::Courier(const DispatcherOptions& options, const ConnectionPlan* plan,
                 const SinkDatasets* datasets, Link* link)
    : options_(options),
      plan_(plan),
      datasets_(datasets),
      link_(link),
      book_(options.store, &plan->name, datasets, options.limits->delivery_attempts_max()) {}

absl::Status Courier::Write(const std::function<absl::Status(store::Transaction&)>& work) {
  RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) {
    book_.Begin();
    return work(tx);
  }));
  const uint64_t before = book_.delivered();
  book_.Commit();
  bound_ |= book_.delivered() > before;
  return absl::OkStatus();
}

int Courier::RecordsMax() const {
  return options_.apply_records_max > 0 ? options_.apply_records_max
                                        : options_.limits->apply_records_max();
}

absl::StatusOr<std::vector<Parcel>> Courier::Due(const connector::Manifest& manifest,
                                                 store::DeliveryState state) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
  const int limit = state == kUnknown && one_by_one_ ? 1 : RecordsMax();
  ASSIGN_OR_RETURN(auto due,
                   snapshot->ListDeliveries(plan_->name, {state}, options_.clock->Now(), limit));
  std::vector<Parcel> parcels;
  for (store::Delivery& delivery : due) {
    const uint64_t sent = delivery.revision;
    ASSIGN_OR_RETURN(Parcel parcel, MakeParcel(*snapshot, *plan_, *datasets_,
                                               manifest.append_only(), std::move(delivery)));
    if (state == kUnknown) RETURN_IF_ERROR(Recall(*snapshot, sent, &parcel));
    parcels.push_back(std::move(parcel));
  }
  return parcels;
}

// What is unknown is what was sent, under the key that it had then, not what is newest.
absl::Status Courier::Recall(const store::Reader& reader, uint64_t sent, Parcel* parcel) const {
  const bool newest = std::exchange(parcel->delivery.revision, sent) == sent;
  if (newest) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto record, RecordAt(reader, parcel->delivery.record_id, sent));
  if (!record) return absl::OkStatus();
  ASSIGN_OR_RETURN(*parcel->item.mutable_correlation_key(),
                   KeyTextOf(reader, domain::InfoOf(record->body_case()), domain::BodyOf(*record)));
  return absl::OkStatus();
}

absl::StatusOr<Courier::Turn> Courier::Send(const connector::Manifest& manifest) {
  ASSIGN_OR_RETURN(std::vector<Parcel> parcels, Due(manifest, kPending));
  if (parcels.empty()) return Turn{};
  parcels = OfFirstDataset(std::move(parcels));
  RETURN_IF_ERROR(NoteInFlight(&parcels));
  if (parcels.empty()) return Turn{.worked = true};
  connector::ApplyResponse response;
  bool sent = false;
  const absl::Status called = link_->Apply(RequestOf(*datasets_, parcels), &response, &sent);
  if (!sent) {
    RETURN_IF_ERROR(Write([&](store::Transaction& tx) -> absl::Status {
      for (const Parcel& parcel : parcels) RETURN_IF_ERROR(book_.PutBack(tx, parcel));
      return absl::OkStatus();
    }));
    return Turn{.worked = true, .called = sent, .connection = called};
  }
  RETURN_IF_ERROR(TakeAnswers(manifest, std::move(parcels), called, response));
  return Turn{.worked = true, .called = sent, .connection = called};
}

// Leaves those that are to be sent in `parcels`; the fate of the others is saved.
absl::Status Courier::NoteInFlight(std::vector<Parcel>* parcels) {
  RETURN_IF_ERROR(Write([&](store::Transaction& tx) -> absl::Status {
    for (Parcel& parcel : *parcels) {
      if (parcel.fate == Parcel::Fate::kSend) RETURN_IF_ERROR(LookAgain(tx, &parcel));
      switch (parcel.fate) {
        case Parcel::Fate::kThere: RETURN_IF_ERROR(book_.There(tx, parcel)); break;
        case Parcel::Fate::kWaiting: RETURN_IF_ERROR(book_.Waiting(tx, parcel)); break;
        case Parcel::Fate::kDead: RETURN_IF_ERROR(book_.Reject(tx, parcel, parcel.reason)); break;
        case Parcel::Fate::kSend: RETURN_IF_ERROR(book_.InFlight(tx, parcel)); break;
      }
    }
    return absl::OkStatus();
  }));
  std::erase_if(*parcels, [](const Parcel& p) { return p.fate != Parcel::Fate::kSend; });
  for (Parcel& parcel : *parcels) {
    ++parcel.delivery.attempts;
    parcel.delivery.epoch = options_.store->epoch().number;
  }
  return absl::OkStatus();
}

// What the other side shows may have changed since the parcel was made.
absl::Status Courier::LookAgain(store::Transaction& tx, Parcel* parcel) const {
  if (!parcel->dataset->both()) return absl::OkStatus();
  store::Delivery& delivery = parcel->delivery;
  const SinkDataset* dataset = datasets_->Of(parcel->dataset->kind->kind);
  ASSIGN_OR_RETURN(const auto needs,
                   dataset->Needs(tx, parcel->item.record(), delivery.outside_id));
  const bool sends = needs.value_or(delivery.delivered_revision < delivery.revision);
  if (sends) return absl::OkStatus();
  parcel->fate = Parcel::Fate::kThere;
  delivery.delivered_revision = delivery.revision;
  return absl::OkStatus();
}

absl::Status Courier::TakeAnswers(const connector::Manifest& manifest, std::vector<Parcel> parcels,
                                  const absl::Status& called,
                                  const connector::ApplyResponse& response) {
  const bool nonsense = response.results_size() > static_cast<int>(parcels.size());
  return Write([&](store::Transaction& tx) -> absl::Status {
    for (size_t i = 0; i < parcels.size(); ++i) {
      connector::ApplyResult result;
      if (!called.ok() || nonsense) {
        result.set_outcome(connector::APPLY_OUTCOME_UNKNOWN);
        result.set_message(nonsense ? "the connector gave more answers than it was asked for"
                                    : Message(called));
      } else if (static_cast<int>(i) < response.results_size()) {
        result = response.results(static_cast<int>(i));
      } else if (response.results_size() > 0) {
        RETURN_IF_ERROR(book_.PutBack(tx, parcels[i]));  // its turn comes with the next call
        continue;
      } else {
        result.set_outcome(connector::APPLY_OUTCOME_NOT_SENT);
        result.set_message("the connector took none of the records and did not say why");
      }
      RETURN_IF_ERROR(TakeAnswer(tx, manifest, parcels[i], result));
    }
    return absl::OkStatus();
  });
}

absl::Status Courier::TakeAnswer(store::Transaction& tx, const connector::Manifest& manifest,
                                 const Parcel& parcel, const connector::ApplyResult& result) {
  switch (OutcomeOf(result.outcome())) {
    case Outcome::kDelivered: return book_.Delivered(tx, parcel, result.outside_id());
    case Outcome::kRetry: return book_.Retry(tx, parcel, result.message());
    case Outcome::kUnknown: return book_.Unknown(tx, parcel, result.message());
    case Outcome::kRejected: RETURN_IF_ERROR(book_.HadNoEffect(tx, parcel)); break;
  }
  const bool gone = result.outcome() == connector::APPLY_OUTCOME_NOT_FOUND;
  // It was to be deleted there: that is what the other side now says.
  if (gone && parcel.item.record().deleted() && !manifest.append_only()) {
    return book_.Delivered(tx, parcel, result.outside_id());
  }
  if (!gone) return book_.Reject(tx, parcel, result.message());
  return book_.Reject(
      tx, parcel,
      fmt::format("it was delivered before, as \"{}\", and the other side holds it no "
                  "more: {}",
                  parcel.delivery.outside_id, result.message()));
}

absl::StatusOr<Courier::Turn> Courier::Settle(const connector::Manifest& manifest) {
  ASSIGN_OR_RETURN(std::vector<Parcel> parcels, Due(manifest, kUnknown));
  if (parcels.empty()) {
    one_by_one_ = false;
    return Turn{};
  }
  std::vector<Parcel> lost;  // nobody can be asked for them
  std::vector<Parcel> unasked;
  for (Parcel& parcel : parcels) {
    parcel.fate = Parcel::Fate::kSend;  // all are looked up, whatever would be sent next
    if (manifest.finds() && parcel.dataset != nullptr) continue;
    auto& where = CanSendUnasked(manifest, parcel) ? unasked : lost;
    where.push_back(std::move(parcel));
  }
  if (!unasked.empty()) RETURN_IF_ERROR(SendUnasked(unasked));
  if (!lost.empty()) RETURN_IF_ERROR(HandOver(lost, kCannotLookUp));
  if (!unasked.empty() || !lost.empty()) return Turn{.worked = true};
  parcels = OfFirstDataset(std::move(parcels));
  const absl::Time asked_at = options_.clock->Now();
  connector::FindResponse response;
  bool asked = false;
  absl::Status called = link_->Find(FindRequestOf(parcels), &response, &asked);
  if (asked && called.code() == absl::StatusCode::kUnimplemented) {
    RETURN_IF_ERROR(HandOver(parcels, kCannotLookUp));
    return Turn{.worked = true, .called = asked};
  }
  if (called.ok() && response.results_size() != static_cast<int>(parcels.size())) {
    called = Failure(absl::StatusCode::kInternal, "FIND_ANSWERS_DIFFER",
                     fmt::format("connection \"{}\": find gave {} answers to {} questions: this is "
                                 "a mistake in the connector",
                                 plan_->name, response.results_size(), parcels.size()));
  }
  // A mistake in the connector does not pass: the record that it stumbles on is singled out, so
  // that the others need not wait.
  if (asked && called.code() == absl::StatusCode::kInternal) {
    const bool single = parcels.size() == 1;
    if (single) {
      RETURN_IF_ERROR(HandOver(parcels, fmt::format("failed to look it up ({})", Message(called))));
    }
    one_by_one_ = true;
    return Turn{.worked = true, .called = asked};
  }
  if (!called.ok()) return Turn{.worked = true, .called = asked, .connection = called};
  RETURN_IF_ERROR(Write([&](store::Transaction& tx) -> absl::Status {
    for (size_t i = 0; i < parcels.size(); ++i) {
      RETURN_IF_ERROR(TakeFinding(tx, manifest, parcels[i], response.results(static_cast<int>(i)),
                                  {asked_at, response.settled()}));
    }
    return absl::OkStatus();
  }));
  return Turn{.worked = true, .called = asked};
}

// Does the other side hold a revision that was made in a time that a restore lost?
bool Courier::HoldsLost(const Parcel& parcel, const connector::FindResult& result) const {
  return result.found() && MustLookUp(options_.store->epoch(), parcel.delivery) &&
         result.revision() > NewestOf(parcel);
}

// Has the revision that was sent taken effect? Only evidence counts.
absl::StatusOr<bool> Courier::HasArrived(const store::Reader& reader,
                                         const connector::Manifest& manifest, const Parcel& parcel,
                                         const connector::FindResult& result) const {
  const store::Delivery& delivery = parcel.delivery;
  if (result.found() && result.content() == connector::CONTENT_SAME) return true;
  if (result.found() && result.revision() != 0) {
    return result.revision() >= delivery.revision && !HoldsLost(parcel, result);
  }
  if (result.found() && result.content() == connector::CONTENT_DIFFERENT) return false;
  ASSIGN_OR_RETURN(const auto sent, RecordAt(reader, delivery.record_id, delivery.revision));
  if (sent && sent->deleted() && !manifest.append_only()) return !result.found();
  // Without a revision its being there proves the first delivery only, of what was not known there.
  // After a restore not even that: it may be what the lost time left there.
  const bool first = delivery.delivered_revision == 0 && delivery.outside_id.empty();
  return result.found() && first && !MustLookUp(options_.store->epoch(), delivery);
}

// The first look after a restore, which did not find it as it should be.
absl::Status Courier::TakeLookUp(store::Transaction& tx, const connector::Manifest& manifest,
                                 const Parcel& parcel, const connector::FindResult& result) {
  store::Delivery delivery = parcel.delivery;
  if (HoldsLost(parcel, result)) {
    return book_.Reject(
        tx, parcel,
        fmt::format("the other side holds revision {}, made after the backup that was "
                    "restored, which knows up to {}: enter here what was lost, then "
                    "replay this; or discard it to leave the other side as it is",
                    result.revision(), NewestOf(parcel)),
        kUnknown);
  }
  if (result.found() && result.revision() == 0 && manifest.append_only()) {
    return book_.Reject(tx, parcel,
                        "a backup was restored, and the other side does not say which revision it "
                        "holds: compare it, then replay or discard this",
                        kUnknown);
  }
  if (result.found() && !result.outside_id().empty()) {
    delivery.outside_id = result.outside_id();
    RETURN_IF_ERROR(
        tx.Bind(plan_->name, parcel.dataset->kind->kind, result.outside_id(), delivery.record_id));
  }
  return SendAnew(tx, std::move(delivery));
}

absl::Status Courier::SendUnasked(const std::vector<Parcel>& parcels) {
  return Write([&](store::Transaction& tx) -> absl::Status {
    for (const Parcel& parcel : parcels) RETURN_IF_ERROR(SendAnew(tx, parcel.delivery));
    return absl::OkStatus();
  });
}

absl::Status Courier::SendAnew(store::Transaction& tx, store::Delivery delivery) const {
  delivery.epoch = options_.store->epoch().number;
  delivery.state = kPending;
  delivery.attempts = 0;
  delivery.due = tx.now();
  delivery.error.clear();
  return tx.SaveDelivery(delivery);
}

// Nobody can be asked. What the lost time can hardly have sent is sent: records made since, and
// changes to those that were there already; writing these twice leaves the same.
bool Courier::CanSendUnasked(const connector::Manifest& manifest, const Parcel& parcel) const {
  const store::Epoch& epoch = options_.store->epoch();
  const store::Delivery& delivery = parcel.delivery;
  if (!MustLookUp(epoch, delivery) || delivery.attempts > 0 || parcel.dataset == nullptr) {
    return false;
  }
  const bool updates = delivery.delivered_revision > 0 && !manifest.append_only();
  return delivery.record_id > epoch.record_id || updates;
}

absl::Status Courier::TakeFinding(store::Transaction& tx, const connector::Manifest& manifest,
                                  const Parcel& parcel, const connector::FindResult& result,
                                  const Asked& asked) {
  ASSIGN_OR_RETURN(const bool arrived, HasArrived(tx, manifest, parcel, result));
  if (arrived) return book_.Delivered(tx, parcel, result.outside_id());
  store::Delivery delivery = parcel.delivery;
  const absl::Time settled_at = delivery.sent_at + SettleOf(manifest);
  if (!asked.settled && asked.at < settled_at) {
    delivery.due = settled_at;
    return tx.SaveDelivery(delivery);
  }
  const bool proven = !result.found() || result.revision() != 0;
  if (proven) RETURN_IF_ERROR(book_.HadNoEffect(tx, parcel));
  if (MustLookUp(options_.store->epoch(), delivery)) {
    return TakeLookUp(tx, manifest, parcel, result);
  }
  const bool cannot_tell = result.found() && result.revision() == 0 && manifest.append_only();
  if (cannot_tell) {
    return book_.Reject(
        tx, parcel,
        fmt::format("the answer was lost, and the other side does not say which revision "
                    "it holds: compare it with revision {}, then replay or discard this",
                    delivery.revision),
        kUnknown);
  }
  const bool replaced = parcel.item.record().revision() > delivery.revision;
  if (!replaced && delivery.attempts >= options_.limits->delivery_attempts_max()) {
    return book_.Reject(tx, parcel,
                        fmt::format("sent {} times without effect; the last answer: {}",
                                    delivery.attempts, delivery.error));
  }
  delivery.state = kPending;
  delivery.due = tx.now();
  return tx.SaveDelivery(delivery);
}

// The sink cannot be asked: a person looks, and replays where it is not there.
absl::Status Courier::HandOver(const std::vector<Parcel>& parcels, std::string_view why) {
  return Write([&](store::Transaction& tx) -> absl::Status {
    for (const Parcel& parcel : parcels) {
      RETURN_IF_ERROR(book_.Reject(
          tx, parcel,
          fmt::format("the answer was lost and the connector {}: see whether \"{}\" is at "
                      "the other side; discard this if it is, else replay it. The error "
                      "was: {}",
                      why, parcel.item.correlation_key(), parcel.delivery.error),
          kUnknown));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> Courier::Requeue() {
  if (!bound_) return false;
  std::vector<store::Delivery> waiting;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(waiting, snapshot->ListDeliveries(plan_->name, {kWaiting},
                                                       absl::InfiniteFuture(), kWaitingMax));
  }
  // Not all at once: callers of the hub wait for the writer meanwhile.
  for (size_t from = 0; from < waiting.size(); from += kRequeuedPerWrite) {
    const size_t end = std::min(waiting.size(), from + kRequeuedPerWrite);
    RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) -> absl::Status {
      for (size_t i = from; i < end; ++i) {
        store::Delivery delivery = waiting[i];
        delivery.state = kPending;
        delivery.due = tx.now();
        RETURN_IF_ERROR(tx.SaveDelivery(delivery));
      }
      return absl::OkStatus();
    }));
  }
  bound_ = false;
  return !waiting.empty();
}

}  // namespace entrepot::sync
