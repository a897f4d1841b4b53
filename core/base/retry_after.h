// When to try again, as the other side asked; carried as a payload of absl::Status from the
// connector's host to whoever waits (core/sync).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"

namespace entrepot {

inline constexpr char kRetryAfterPayload[] = "entrepot/retry_after_ms";

// No effect on an OK status. Kept in milliseconds.
inline void SetRetryAfter(absl::Status* status, absl::Duration time) {
  status->SetPayload(kRetryAfterPayload,
                     absl::Cord(std::to_string(absl::ToInt64Milliseconds(time))));
}

// Absent: the other side did not say.
inline std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryAfterPayload);
  int64_t milliseconds = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &milliseconds)) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

}  // namespace entrepot
