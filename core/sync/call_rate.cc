#include "core/sync/call_rate.h"

#include <algorithm>

namespace entrepot::sync {

absl::Time CallRate::NextAt(absl::Time now) {
  // A clock that was set back would keep calls of the future for ever.
  while (!calls_.empty() && (calls_.front() + absl::Minutes(1) <= now || calls_.front() > now)) {
    calls_.pop_front();
  }
  const bool free = per_minute_max_ == 0 || static_cast<int>(calls_.size()) < per_minute_max_;
  return free ? now : std::max(now, calls_.front() + absl::Minutes(1));
}

void CallRate::Count(absl::Time now) {
  if (per_minute_max_ > 0) calls_.push_back(now);
}

}  // namespace entrepot::sync
