// The only way to the time. Tests pass a clock of their own.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace entrepot {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace entrepot
