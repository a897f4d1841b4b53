#include "core/sync/courier.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"
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

connector::ApplyRequest RequestOf(const std::vector<Parcel>& parcels) {
  connector::ApplyRequest request;
  request.set_dataset(parcels.front().dataset->name);
  for (const Parcel& parcel : parcels) *request.add_items() = parcel.item;
  return request;
}

connector::FindRequest FindRequestOf(const std::vector<Parcel>& parcels) {
  connector::FindRequest request;
  request.set_dataset(parcels.front().dataset->name);
  for (const Parcel& parcel : parcels) {
    connector::FindItem* item = request.add_items();
    item->set_correlation_key(parcel.item.correlation_key());
    item->set_outside_id(parcel.delivery.outside_id);
  }
  return request;
}

}  // namespace

Courier::Courier(const DispatcherOptions& options, const ConnectionPlan* plan, Link* link)
    : options_(options), plan_(plan), link_(link) {}

absl::StatusOr<std::vector<Parcel>> Courier::Due(const connector::Manifest& manifest,
                                                 store::DeliveryState state) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
  const int limit = state == kUnknown && one_by_one_ ? 1 : options_.limits->apply_records_max();
  ASSIGN_OR_RETURN(auto due,
                   snapshot->ListDeliveries(plan_->name, {state}, options_.clock->Now(), limit));
  std::vector<Parcel> parcels;
  for (store::Delivery& delivery : due) {
    const uint64_t sent = delivery.revision;
    ASSIGN_OR_RETURN(Parcel parcel,
                     MakeParcel(*snapshot, *plan_, manifest.append_only(), std::move(delivery)));
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
  const absl::Status called = link_->Apply(RequestOf(parcels), &response, &sent);
  if (!sent) {
    RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) -> absl::Status {
      for (const Parcel& parcel : parcels) RETURN_IF_ERROR(PutBack(tx, parcel));
      return absl::OkStatus();
    }));
    return Turn{.worked = true, .connection = called};
  }
  RETURN_IF_ERROR(TakeAnswers(manifest, std::move(parcels), called, response));
  return Turn{.worked = true, .connection = called};
}

// Leaves those that are to be sent in `parcels`; the fate of the others is saved.
absl::Status Courier::NoteInFlight(std::vector<Parcel>* parcels) {
  const uint64_t delivered = delivered_;
  const uint64_t rejected = rejected_;
  RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) -> absl::Status {
    delivered_ = delivered;
    rejected_ = rejected;
    for (const Parcel& parcel : *parcels) {
      store::Delivery delivery = parcel.delivery;
      switch (parcel.fate) {
        case Parcel::Fate::kThere:
          delivery.state = kDelivered;
          delivery.error.clear();
          break;
        case Parcel::Fate::kWaiting:
          delivery.state = kWaiting;
          delivery.waits_for = parcel.reason;
          delivery.error.clear();
          break;
        case Parcel::Fate::kDead: RETURN_IF_ERROR(Reject(tx, parcel, parcel.reason)); continue;
        case Parcel::Fate::kSend:
          delivery.state = kInFlight;
          delivery.sent_at = tx.now();
          delivery.waits_for.clear();
          ++delivery.attempts;
          break;
      }
      RETURN_IF_ERROR(tx.SaveDelivery(delivery));
    }
    return absl::OkStatus();
  }));
  std::erase_if(*parcels, [](const Parcel& p) { return p.fate != Parcel::Fate::kSend; });
  for (Parcel& parcel : *parcels) ++parcel.delivery.attempts;
  return absl::OkStatus();
}

// The connector was not called, or did not come to it: nothing happened, and no try is counted.
absl::Status Courier::PutBack(store::Transaction& tx, const Parcel& parcel) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kPending;
  --delivery.attempts;
  return tx.SaveDelivery(delivery);
}

absl::Status Courier::TakeAnswers(const connector::Manifest& manifest, std::vector<Parcel> parcels,
                                  const absl::Status& called,
                                  const connector::ApplyResponse& response) {
  const uint64_t delivered = delivered_;
  const uint64_t rejected = rejected_;
  const bool nonsense = response.results_size() > static_cast<int>(parcels.size());
  return options_.store->Write([&](store::Transaction& tx) -> absl::Status {
    delivered_ = delivered;
    rejected_ = rejected;
    for (size_t i = 0; i < parcels.size(); ++i) {
      connector::ApplyResult result;
      if (!called.ok() || nonsense) {
        result.set_outcome(connector::APPLY_OUTCOME_UNKNOWN);
        result.set_message(nonsense ? "the connector gave more answers than it was asked for"
                                    : Message(called));
      } else if (static_cast<int>(i) < response.results_size()) {
        result = response.results(static_cast<int>(i));
      } else if (response.results_size() > 0) {
        RETURN_IF_ERROR(PutBack(tx, parcels[i]));  // its turn comes with the next call
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
    case Outcome::kDelivered: return Delivered(tx, parcel, result.outside_id());
    case Outcome::kRetry: return Retry(tx, parcel, result.message());
    case Outcome::kUnknown: return Unknown(tx, parcel, result.message());
    case Outcome::kRejected: break;
  }
  const bool gone = result.outcome() == connector::APPLY_OUTCOME_NOT_FOUND;
  // It was to be deleted there: that is what the other side now says.
  if (gone && parcel.item.record().deleted() && !manifest.append_only()) {
    return Delivered(tx, parcel, result.outside_id());
  }
  if (!gone) return Reject(tx, parcel, result.message());
  return Reject(tx, parcel,
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
  for (Parcel& parcel : parcels) {
    parcel.fate = Parcel::Fate::kSend;  // all are looked up, whatever would be sent next
    if (!manifest.finds() || parcel.dataset == nullptr) lost.push_back(std::move(parcel));
  }
  if (!lost.empty()) {
    RETURN_IF_ERROR(HandOver(lost, kCannotLookUp));
    return Turn{.worked = true};
  }
  parcels = OfFirstDataset(std::move(parcels));
  const absl::Time asked_at = options_.clock->Now();
  connector::FindResponse response;
  bool asked = false;
  absl::Status called = link_->Find(FindRequestOf(parcels), &response, &asked);
  if (asked && called.code() == absl::StatusCode::kUnimplemented) {
    RETURN_IF_ERROR(HandOver(parcels, kCannotLookUp));
    return Turn{.worked = true};
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
    return Turn{.worked = true};
  }
  if (!called.ok()) return Turn{.worked = true, .connection = called};
  const uint64_t delivered = delivered_;
  const uint64_t rejected = rejected_;
  RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) -> absl::Status {
    delivered_ = delivered;
    rejected_ = rejected;
    for (size_t i = 0; i < parcels.size(); ++i) {
      RETURN_IF_ERROR(
          TakeFinding(tx, manifest, parcels[i], response.results(static_cast<int>(i)), asked_at));
    }
    return absl::OkStatus();
  }));
  return Turn{.worked = true};
}

// Has the revision that was sent taken effect? Only evidence counts.
absl::StatusOr<bool> Courier::HasArrived(const store::Reader& reader,
                                         const connector::Manifest& manifest, const Parcel& parcel,
                                         const connector::FindResult& result) const {
  const store::Delivery& delivery = parcel.delivery;
  if (result.found() && result.revision() != 0) return result.revision() >= delivery.revision;
  ASSIGN_OR_RETURN(const auto sent, RecordAt(reader, delivery.record_id, delivery.revision));
  if (sent && sent->deleted() && !manifest.append_only()) return !result.found();
  // Without a revision its being there proves the first delivery only, of what was not known there.
  return result.found() && delivery.delivered_revision == 0 && delivery.outside_id.empty();
}

absl::Status Courier::TakeFinding(store::Transaction& tx, const connector::Manifest& manifest,
                                  const Parcel& parcel, const connector::FindResult& result,
                                  absl::Time asked_at) {
  ASSIGN_OR_RETURN(const bool arrived, HasArrived(tx, manifest, parcel, result));
  if (arrived) return Delivered(tx, parcel, result.outside_id());
  store::Delivery delivery = parcel.delivery;
  const absl::Time settled_at = delivery.sent_at + SettleOf(manifest);
  if (asked_at < settled_at) {
    delivery.due = settled_at;
    return tx.SaveDelivery(delivery);
  }
  const bool cannot_tell = result.found() && result.revision() == 0 && manifest.append_only();
  if (cannot_tell) {
    return Reject(tx, parcel,
                  fmt::format("the answer was lost, and the other side does not say which revision "
                              "it holds: compare it with revision {}, then replay or discard this",
                              delivery.revision),
                  kUnknown);
  }
  const bool replaced = parcel.item.record().revision() > delivery.revision;
  if (!replaced && delivery.attempts >= options_.limits->delivery_attempts_max()) {
    return Reject(tx, parcel,
                  fmt::format("sent {} times without effect; the last answer: {}",
                              delivery.attempts, delivery.error));
  }
  delivery.state = kPending;
  delivery.due = tx.now();
  return tx.SaveDelivery(delivery);
}

// The sink cannot be asked: a person looks, and replays where it is not there.
absl::Status Courier::HandOver(const std::vector<Parcel>& parcels, std::string_view why) {
  const uint64_t rejected = rejected_;
  return options_.store->Write([&](store::Transaction& tx) -> absl::Status {
    rejected_ = rejected;
    for (const Parcel& parcel : parcels) {
      RETURN_IF_ERROR(
          Reject(tx, parcel,
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

absl::Status Courier::Delivered(store::Transaction& tx, const Parcel& parcel,
                                std::string_view outside_id) {
  store::Delivery delivery = parcel.delivery;
  delivery.delivered_revision = delivery.revision;
  delivery.attempts = 0;
  delivery.error.clear();
  delivery.waits_for.clear();
  const domain::KindInfo& kind = *parcel.dataset->kind;
  if (!outside_id.empty()) {
    delivery.outside_id = std::string(outside_id);
    RETURN_IF_ERROR(tx.Bind(plan_->name, kind.kind, outside_id, delivery.record_id));
  }
  RETURN_IF_ERROR(tx.Forget(parcel.dataset->path, parcel.item.correlation_key()).status());
  ASSIGN_OR_RETURN(const auto newest, tx.Get(delivery.record_id));
  const bool behind = newest && newest->revision() > delivery.revision;
  delivery.state = behind ? kPending : kDelivered;
  delivery.due = tx.now();
  if (behind) delivery.revision = newest->revision();
  bound_ = true;
  ++delivered_;
  return tx.SaveDelivery(delivery);
}

absl::Status Courier::Retry(store::Transaction& tx, const Parcel& parcel,
                            const std::string& error) {
  store::Delivery delivery = parcel.delivery;
  if (delivery.attempts >= options_.limits->delivery_attempts_max()) {
    return Reject(tx, parcel,
                  fmt::format("tried {} times (limits.delivery_attempts_max); the last answer: {}",
                              delivery.attempts, error));
  }
  delivery.state = kPending;
  delivery.error = error;
  delivery.due = tx.now() + backoff_.Delay(delivery.attempts, std::random_device()());
  return tx.SaveDelivery(delivery);
}

absl::Status Courier::Unknown(store::Transaction& tx, const Parcel& parcel,
                              const std::string& error) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kUnknown;
  delivery.error = error;
  delivery.sent_at = tx.now();  // it may have been sent until just now
  delivery.due = tx.now();
  return tx.SaveDelivery(delivery);
}

// As kUnknown it is also kept from newer revisions until the person has looked.
absl::Status Courier::Reject(store::Transaction& tx, const Parcel& parcel,
                             const std::string& reason, store::DeliveryState state) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = state;
  delivery.error = reason;
  delivery.due = absl::InfiniteFuture();
  const std::string path =
      parcel.dataset != nullptr ? parcel.dataset->path : fmt::format("{}/", plan_->name);
  RETURN_IF_ERROR(tx.Bury({.source = {.dataset = path,
                                      .outside_id = parcel.item.correlation_key(),
                                      .raw = parcel.item.record().ShortDebugString()},
                           .reason = reason,
                           .died_at = tx.now(),
                           .record_id = delivery.record_id})
                      .status());
  ++rejected_;
  return tx.SaveDelivery(delivery);
}

}  // namespace entrepot::sync
