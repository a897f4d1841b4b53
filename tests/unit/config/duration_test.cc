#include "core/config/duration.h"

#include <gtest/gtest.h>

namespace entrepot::config {
namespace {

TEST(Duration, ReadsUnits) {
  EXPECT_EQ(ParseDuration("50ms"), 50);
  EXPECT_EQ(ParseDuration("30s"), 30'000);
  EXPECT_EQ(ParseDuration("5m"), 300'000);
  EXPECT_EQ(ParseDuration("2h"), 7'200'000);
  EXPECT_EQ(ParseDuration("7d"), 604'800'000);
  EXPECT_EQ(ParseDuration("0"), 0);
}

TEST(Duration, RefusesWhatHasNoUnitOrIsTooLong) {
  for (const char* text : {"", "5", "-5s", "5 s", "s", "1.5h", "5sec", "99999999999999999d"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(Duration, IsWrittenInItsShortestForm) {
  EXPECT_EQ(DurationText(0), "0s");
  EXPECT_EQ(DurationText(1500), "1500ms");
  EXPECT_EQ(DurationText(90'000), "90s");
  EXPECT_EQ(DurationText(86'400'000), "1d");
}

}  // namespace
}  // namespace entrepot::config
