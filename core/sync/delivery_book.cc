#include "core/sync/delivery_book.h"

#include <fmt/core.h>

#include <random>

#include "core/base/status_macros.h"
#include "core/sync/arbiter.h"

namespace entrepot::sync {

using enum store::DeliveryState;

absl::Status DeliveryBook::InFlight(store::Transaction& tx, const Parcel& parcel) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kInFlight;
  delivery.epoch = store_->epoch().number;
  delivery.sent_at = tx.now();
  delivery.waits_for.clear();
  ++delivery.attempts;
  const SinkDataset* dataset = datasets_->Of(parcel.dataset->kind->kind);
  RETURN_IF_ERROR(dataset->NotePushed(tx, parcel.item.record(), delivery.outside_id));
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::HadNoEffect(store::Transaction& tx, const Parcel& parcel) {
  if (parcel.dataset == nullptr) return absl::OkStatus();
  return datasets_->Of(parcel.dataset->kind->kind)->ForgetPushed(tx, parcel.delivery.record_id);
}

absl::Status DeliveryBook::Waiting(store::Transaction& tx, const Parcel& parcel) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kWaiting;
  delivery.waits_for = parcel.reason;
  delivery.error.clear();
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::There(store::Transaction& tx, const Parcel& parcel) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kDelivered;
  delivery.attempts = 0;
  delivery.error.clear();
  delivery.waits_for.clear();
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::PutBack(store::Transaction& tx, const Parcel& parcel) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = kPending;
  --delivery.attempts;
  RETURN_IF_ERROR(HadNoEffect(tx, parcel));
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::Delivered(store::Transaction& tx, const Parcel& parcel,
                                     std::string_view outside_id) {
  store::Delivery delivery = parcel.delivery;
  delivery.delivered_revision = delivery.revision;
  delivery.epoch = store_->epoch().number;
  delivery.attempts = 0;
  delivery.error.clear();
  delivery.waits_for.clear();
  const domain::KindInfo& kind = *parcel.dataset->kind;
  if (!outside_id.empty()) delivery.outside_id = std::string(outside_id);
  RETURN_IF_ERROR(SetShown(tx, parcel, &delivery));
  if (!delivery.outside_id.empty()) {
    RETURN_IF_ERROR(tx.Bind(*connection_, kind.kind, delivery.outside_id, delivery.record_id));
  }
  RETURN_IF_ERROR(tx.Forget(parcel.dataset->path, parcel.item.correlation_key()).status());
  ASSIGN_OR_RETURN(const bool behind, IsBehind(tx, &delivery));
  if (!behind) RETURN_IF_ERROR(EndConflictsOf(tx, *connection_, delivery.record_id));
  delivery.state = behind ? kPending : kDelivered;
  delivery.due = tx.now();
  ++counted_.delivered;
  return tx.SaveDelivery(delivery);
}

// What was sent is what the other side shows from now on.
absl::Status DeliveryBook::SetShown(store::Transaction& tx, const Parcel& parcel,
                                    store::Delivery* delivery) const {
  const SinkDataset* dataset = datasets_->Of(parcel.dataset->kind->kind);
  RETURN_IF_ERROR(dataset->ForgetPushed(tx, delivery->record_id));
  if (!parcel.dataset->both()) return absl::OkStatus();
  std::optional<v1::Record> older;
  const v1::Record* sent = &parcel.item.record();
  if (sent->revision() != delivery->revision) {
    ASSIGN_OR_RETURN(older, RecordAt(tx, delivery->record_id, delivery->revision));
    if (!older) return absl::OkStatus();
    sent = &*older;
  }
  ASSIGN_OR_RETURN(const std::string shown,
                   dataset->SetShown(tx, *sent, delivery->outside_id, parcel.asked));
  if (delivery->outside_id.empty()) delivery->outside_id = shown;
  return absl::OkStatus();
}

// Moves the delivery on to the newest revision.
absl::StatusOr<bool> DeliveryBook::IsBehind(store::Transaction& tx,
                                            store::Delivery* delivery) const {
  ASSIGN_OR_RETURN(const auto newest, tx.Get(delivery->record_id));
  if (!newest) return false;
  const bool newer = newest->revision() > delivery->revision;
  bool behind = newer;
  if (const SinkDataset* dataset = datasets_->Of(newest->body_case())) {
    ASSIGN_OR_RETURN(const auto needs, dataset->Needs(tx, *newest, delivery->outside_id));
    behind = needs.value_or(newer);
  }
  delivery->revision = newest->revision();
  if (!behind) delivery->delivered_revision = newest->revision();
  return behind;
}

absl::Status DeliveryBook::Retry(store::Transaction& tx, const Parcel& parcel,
                                 const std::string& error) {
  store::Delivery delivery = parcel.delivery;
  RETURN_IF_ERROR(HadNoEffect(tx, parcel));
  if (delivery.attempts >= attempts_max_) {
    return Reject(tx, parcel,
                  fmt::format("tried {} times (limits.delivery_attempts_max); the last answer: {}",
                              delivery.attempts, error));
  }
  ++counted_.retried;
  delivery.state = kPending;
  delivery.error = error;
  delivery.due = tx.now() + backoff_.Delay(delivery.attempts, std::random_device()());
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::Unknown(store::Transaction& tx, const Parcel& parcel,
                                   const std::string& error) {
  store::Delivery delivery = parcel.delivery;
  ++counted_.unknown;
  delivery.state = kUnknown;
  delivery.error = error;
  delivery.sent_at = tx.now();  // it may have been sent until just now
  delivery.due = tx.now();
  return tx.SaveDelivery(delivery);
}

absl::Status DeliveryBook::Reject(store::Transaction& tx, const Parcel& parcel,
                                  const std::string& reason, store::DeliveryState state) {
  store::Delivery delivery = parcel.delivery;
  delivery.state = state;
  delivery.error = reason;
  delivery.due = absl::InfiniteFuture();
  const std::string path =
      parcel.dataset != nullptr ? parcel.dataset->path : fmt::format("{}/", *connection_);
  RETURN_IF_ERROR(tx.Bury({.source = {.dataset = path,
                                      .outside_id = parcel.item.correlation_key(),
                                      .raw = parcel.item.record().ShortDebugString()},
                           .reason = reason,
                           .died_at = tx.now(),
                           .record_id = delivery.record_id})
                      .status());
  ++counted_.rejected;
  return tx.SaveDelivery(delivery);
}

}  // namespace entrepot::sync
