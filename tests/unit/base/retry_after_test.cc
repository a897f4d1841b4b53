#include "core/base/retry_after.h"

#include <gtest/gtest.h>

#include "core/base/reason.h"

namespace entrepot {
namespace {

TEST(RetryAfter, TravelsWithTheStatusBesideTheReason) {
  absl::Status status = Failure(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "slower");
  EXPECT_EQ(RetryAfterOf(status), std::nullopt);
  SetRetryAfter(&status, absl::Milliseconds(1500));
  EXPECT_EQ(RetryAfterOf(status), absl::Milliseconds(1500));
  EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
}

}  // namespace
}  // namespace entrepot
