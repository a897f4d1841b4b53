// How long to wait before the next try: doubling, bounded, and with jitter so that many who failed
// together do not come back together. Stateless: the number of tries is kept by whoever waits.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace entrepot {

struct Backoff {
  absl::Duration first = absl::Seconds(1);
  absl::Duration max = absl::Minutes(5);

  // The wait after the `tries`-th failed try in a row (from 1): between half of and the whole of
  // first * 2^(tries - 1), at most max. `random` is any number; equal numbers give equal waits.
  absl::Duration Delay(int tries, uint64_t random) const;
};

}  // namespace entrepot
