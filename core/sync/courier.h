// Takes deliveries to a sink and brings back what became of them. What is about to be sent is noted
// and committed first; an answer that was lost is looked for at the other side before anything is
// sent again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/backoff.h"
#include "core/sync/dispatcher.h"
#include "core/sync/parcel.h"

namespace entrepot::sync {

// Used by the dispatcher's thread alone.
class Courier {
 public:
  // All outlive it.
  Courier(const DispatcherOptions& options, const ConnectionPlan* plan, Link* link);

  // Of one turn. `connection`: an error of the connection, which is left alone for a while then.
  struct Turn {
    bool worked = false;
    absl::Status connection;
  };
  // Sends what is due, at most one call. Errors of the store.
  absl::StatusOr<Turn> Send(const connector::Manifest& manifest);
  // Looks up unknown outcomes that are due, at most one call. Errors of the store.
  absl::StatusOr<Turn> Settle(const connector::Manifest& manifest);
  // Makes those that wait for others due again, once others have come.
  absl::StatusOr<bool> Requeue();
  void SetBound() { bound_ = true; }

  uint64_t delivered() const { return delivered_; }
  uint64_t rejected() const { return rejected_; }

 private:
  absl::StatusOr<std::vector<Parcel>> Due(const connector::Manifest& manifest,
                                          store::DeliveryState state);
  absl::Status Recall(const store::Reader& reader, uint64_t sent, Parcel* parcel) const;
  absl::Status NoteInFlight(std::vector<Parcel>* parcels);
  absl::Status PutBack(store::Transaction& tx, const Parcel& parcel);
  absl::Status TakeAnswers(const connector::Manifest& manifest, std::vector<Parcel> parcels,
                           const absl::Status& called, const connector::ApplyResponse& response);
  absl::Status TakeAnswer(store::Transaction& tx, const connector::Manifest& manifest,
                          const Parcel& parcel, const connector::ApplyResult& result);
  absl::Status TakeFinding(store::Transaction& tx, const connector::Manifest& manifest,
                           const Parcel& parcel, const connector::FindResult& result,
                           absl::Time asked_at);
  absl::StatusOr<bool> HasArrived(const store::Reader& reader, const connector::Manifest& manifest,
                                  const Parcel& parcel, const connector::FindResult& result) const;
  absl::Status HandOver(const std::vector<Parcel>& parcels, std::string_view why);

  // The states a delivery can go to; each saves it.
  absl::Status Delivered(store::Transaction& tx, const Parcel& parcel, std::string_view outside_id);
  absl::Status Retry(store::Transaction& tx, const Parcel& parcel, const std::string& error);
  absl::Status Unknown(store::Transaction& tx, const Parcel& parcel, const std::string& error);
  absl::Status Reject(store::Transaction& tx, const Parcel& parcel, const std::string& reason,
                      store::DeliveryState state = store::DeliveryState::kRejected);

  const DispatcherOptions options_;
  const ConnectionPlan* plan_;
  Link* link_;
  const Backoff backoff_;
  bool bound_ = true;        // something was bound since the last Requeue
  bool one_by_one_ = false;  // Find stumbled on one of the unknown: each is asked for by itself
  uint64_t delivered_ = 0;
  uint64_t rejected_ = 0;
};

}  // namespace entrepot::sync
