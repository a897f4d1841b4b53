// Takes deliveries to a sink and brings back what became of them. What is about to be sent is noted
// and committed first; an answer that was lost is looked for at the other side before anything is
// sent again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/delivery_book.h"
#include "core/sync/dispatcher.h"
#include "core/sync/parcel.h"

namespace entrepot::sync {

// Used by the dispatcher's thread alone.
class Courier {
 public:
  // All outlive it.
  Courier(const DispatcherOptions& options, const ConnectionPlan* plan,
          const SinkDatasets* datasets, Link* link);

  // Of one turn. `connection`: an error of the connection, which is left alone for a while then.
  struct Turn {
    bool worked = false;
    bool called = false;  // into the connector
    absl::Status connection;
  };
  // Sends what is due, at most one call. Errors of the store.
  absl::StatusOr<Turn> Send(const connector::Manifest& manifest);
  // Looks up unknown outcomes that are due, at most one call. Errors of the store.
  absl::StatusOr<Turn> Settle(const connector::Manifest& manifest);
  // Makes those that wait for others due again, once others have come.
  absl::StatusOr<bool> Requeue();
  void SetBound() { bound_ = true; }

  uint64_t delivered() const { return book_.delivered(); }
  uint64_t rejected() const { return book_.rejected(); }
  // Since the start: attempts that are made again, and answers that were lost.
  uint64_t retried() const { return book_.retried(); }
  uint64_t unknown() const { return book_.unknown(); }

 private:
  // When Find was called, and whether what was sent before has ended for sure.
  struct Asked {
    absl::Time at;
    bool settled = false;
  };

  int RecordsMax() const;
  absl::StatusOr<std::vector<Parcel>> Due(const connector::Manifest& manifest,
                                          store::DeliveryState state);
  absl::Status Recall(const store::Reader& reader, uint64_t sent, Parcel* parcel) const;
  absl::Status NoteInFlight(std::vector<Parcel>* parcels);
  absl::Status LookAgain(store::Transaction& tx, Parcel* parcel) const;
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& work);
  absl::Status TakeAnswers(const connector::Manifest& manifest, std::vector<Parcel> parcels,
                           const absl::Status& called, const connector::ApplyResponse& response);
  absl::Status TakeAnswer(store::Transaction& tx, const connector::Manifest& manifest,
                          const Parcel& parcel, const connector::ApplyResult& result);
  absl::Status TakeFinding(store::Transaction& tx, const connector::Manifest& manifest,
                           const Parcel& parcel, const connector::FindResult& result,
                           const Asked& asked);
  bool HoldsLost(const Parcel& parcel, const connector::FindResult& result) const;
  absl::StatusOr<bool> HasArrived(const store::Reader& reader, const connector::Manifest& manifest,
                                  const Parcel& parcel, const connector::FindResult& result) const;
  absl::Status TakeLookUp(store::Transaction& tx, const connector::Manifest& manifest,
                          const Parcel& parcel, const connector::FindResult& result);
  absl::Status SendUnasked(const std::vector<Parcel>& parcels);
  absl::Status SendAnew(store::Transaction& tx, store::Delivery delivery) const;
  bool CanSendUnasked(const connector::Manifest& manifest, const Parcel& parcel) const;
  absl::Status HandOver(const std::vector<Parcel>& parcels, std::string_view why);

  const DispatcherOptions options_;
  const ConnectionPlan* plan_;
  const SinkDatasets* datasets_;
  Link* link_;
  DeliveryBook book_;
  bool bound_ = true;        // something was bound since the last Requeue
  bool one_by_one_ = false;  // Find stumbled on one of the unknown: each is asked for by itself
};

}  // namespace entrepot::sync
