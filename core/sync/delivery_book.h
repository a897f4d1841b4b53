// What becomes of a delivery: the states that it can go to, each saved with all that goes with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/base/backoff.h"
#include "core/store/store.h"
#include "core/store/transaction.h"
#include "core/sync/parcel.h"
#include "core/sync/sink_dataset.h"

namespace entrepot::sync {

// Used by the dispatcher's thread alone, inside its writes. What is counted there counts once the
// write has succeeded: Begin takes back what a failed one counted.
class DeliveryBook {
 public:
  // All outlive it.
  DeliveryBook(const store::Store* store, const std::string* connection,
               const SinkDatasets* datasets, int attempts_max)
      : store_(store), connection_(connection), datasets_(datasets), attempts_max_(attempts_max) {}

  // First in every write.
  void Begin() { counted_ = committed_; }
  void Commit() { committed_ = counted_; }
  uint64_t delivered() const { return committed_.delivered; }
  uint64_t rejected() const { return committed_.rejected; }
  uint64_t retried() const { return committed_.retried; }
  uint64_t unknown() const { return committed_.unknown; }

  // About to be sent: the try is counted.
  absl::Status InFlight(store::Transaction& tx, const Parcel& parcel);
  // It waits for another record, as `parcel` says.
  absl::Status Waiting(store::Transaction& tx, const Parcel& parcel);
  // Nothing needs to be sent.
  absl::Status There(store::Transaction& tx, const Parcel& parcel);
  // The connector was not called, or did not come to it: nothing happened, and no try is counted.
  absl::Status PutBack(store::Transaction& tx, const Parcel& parcel);
  // The revision that was sent is there, as `outside_id` (empty: as before). A newer one is sent
  // next, unless it shows the same there.
  absl::Status Delivered(store::Transaction& tx, const Parcel& parcel, std::string_view outside_id);
  // Nothing of it happened at the other side: that is proven.
  absl::Status HadNoEffect(store::Transaction& tx, const Parcel& parcel);
  // The same, and it is sent again later, but not for ever.
  absl::Status Retry(store::Transaction& tx, const Parcel& parcel, const std::string& error);
  // It may have happened.
  absl::Status Unknown(store::Transaction& tx, const Parcel& parcel, const std::string& error);
  // A person must look. As kUnknown it is also kept from newer revisions until one has.
  absl::Status Reject(store::Transaction& tx, const Parcel& parcel, const std::string& reason,
                      store::DeliveryState state = store::DeliveryState::kRejected);

 private:
  struct Counts {
    uint64_t delivered = 0;
    uint64_t rejected = 0;
    uint64_t retried = 0;
    uint64_t unknown = 0;
  };
  absl::Status SetShown(store::Transaction& tx, const Parcel& parcel,
                        store::Delivery* delivery) const;
  absl::StatusOr<bool> IsBehind(store::Transaction& tx, store::Delivery* delivery) const;

  const store::Store* store_;  // whose epoch counts
  const std::string* connection_;
  const SinkDatasets* datasets_;
  const int attempts_max_;
  const Backoff backoff_;
  Counts counted_;
  Counts committed_;
};

}  // namespace entrepot::sync
