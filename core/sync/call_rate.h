// How many calls a minute may have: an outside system's own limit, kept before it has to refuse.
#pragma once

#include <deque>

#include "absl/time/time.h"

namespace entrepot::sync {

// Thread-compatible.
class CallRate {
 public:
  // 0: no bound.
  explicit CallRate(int per_minute_max) : per_minute_max_(per_minute_max) {}

  // When the next call may be made: `now`, or later.
  absl::Time NextAt(absl::Time now);
  // A call was made.
  void Count(absl::Time now);

 private:
  const int per_minute_max_;
  std::deque<absl::Time> calls_;  // of the last minute, oldest first
};

}  // namespace entrepot::sync
