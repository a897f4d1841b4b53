// What a restored backup does not know: the time between the backup and its restore. The other side
// may hold what was delivered then, so it is asked once about each record before the hub, in its
// new life, sends anything of it.
#pragma once

#include "core/store/items.h"

namespace entrepot::sync {

// Was nothing heard of this delivery since a backup was restored?
inline bool MustLookUp(const store::Epoch& epoch, const store::Delivery& delivery) {
  return epoch.number > 1 && delivery.epoch < epoch.number;
}

// Due, and if need be to be looked up first.
inline void MakePending(const store::Epoch& epoch, absl::Time now, store::Delivery* delivery) {
  const bool look_first = MustLookUp(epoch, *delivery);
  delivery->state = look_first ? store::DeliveryState::kUnknown : store::DeliveryState::kPending;
  // What was under way when the lost time ended may still take effect.
  if (look_first) delivery->sent_at = epoch.began_at;
  delivery->attempts = 0;
  delivery->due = now;
}

}  // namespace entrepot::sync
