// How revisions are numbered. Revisions of the n-th life of a store (see Epoch) lie above (n - 1)
// million: none that a time that was lost may have made is made again with another content.
#pragma once

#include <cstdint>

#include "core/store/items.h"

namespace entrepot::store {

inline constexpr uint64_t kRevisionsPerEpoch = 1'000'000;

inline uint64_t RevisionFloor(const Epoch& epoch) {
  return (epoch.number - 1) * kRevisionsPerEpoch;
}

// Is it the record's first revision, not only the oldest that is kept?
inline bool IsFirst(const LogEntry& entry) {
  return entry.previous_seq == 0 && entry.revision % kRevisionsPerEpoch == 1;
}

}  // namespace entrepot::store
