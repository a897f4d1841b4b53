#include "core/base/backoff.h"

#include <gtest/gtest.h>

#include <limits>

namespace entrepot {
namespace {

const Backoff kBackoff = {.first = absl::Seconds(1), .max = absl::Seconds(60)};

TEST(Backoff, DoublesUpToItsBoundAndJittersByHalf) {
  for (int tries = 1; tries <= 100; ++tries) {
    const absl::Duration whole = tries <= 6 ? absl::Seconds(1 << (tries - 1)) : absl::Seconds(60);
    for (uint64_t random : {uint64_t{0}, uint64_t{12'345'678}, ~uint64_t{0}}) {
      EXPECT_GE(kBackoff.Delay(tries, random), whole / 2) << tries;
      EXPECT_LE(kBackoff.Delay(tries, random), whole) << tries;
    }
  }
}

TEST(Backoff, GivesEqualWaitsForEqualNumbersAndOthersForOthers) {
  EXPECT_EQ(kBackoff.Delay(3, 7), kBackoff.Delay(3, 7));
  EXPECT_NE(kBackoff.Delay(3, 7), kBackoff.Delay(3, 8));
}

TEST(Backoff, SurvivesAnyNumberOfTries) {
  EXPECT_LE(kBackoff.Delay(std::numeric_limits<int>::max(), 1), absl::Seconds(60));
  EXPECT_GE(kBackoff.Delay(0, 0), absl::Seconds(0));
}

}  // namespace
}  // namespace entrepot
