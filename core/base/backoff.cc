#include "core/base/backoff.h"

#include <algorithm>

namespace entrepot {

absl::Duration Backoff::Delay(int tries, uint64_t random) const {
  constexpr int kDoublingsMax = 30;
  const int doublings = std::clamp(tries - 1, 0, kDoublingsMax);
  const absl::Duration whole = std::min(max, first * (int64_t{1} << doublings));
  const absl::Duration half = whole / 2;
  const int64_t spread_us = absl::ToInt64Microseconds(whole - half);
  const uint64_t part = random % (static_cast<uint64_t>(spread_us) + 1);
  return half + absl::Microseconds(static_cast<int64_t>(part));
}

}  // namespace entrepot
