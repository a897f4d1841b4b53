#include "core/sync/call_rate.h"

#include <gtest/gtest.h>

#include "tests/unit/sync/dispatcher_fixture.h"

namespace entrepot::sync {
namespace {

TEST(CallRate, AllowsSoManyInAnyMinute) {
  CallRate rate(2);
  const absl::Time start = absl::FromUnixSeconds(1'000);
  EXPECT_EQ(rate.NextAt(start), start);
  rate.Count(start);
  rate.Count(start + absl::Seconds(20));
  EXPECT_EQ(rate.NextAt(start + absl::Seconds(30)), start + absl::Seconds(60));
  EXPECT_EQ(rate.NextAt(start + absl::Seconds(60)), start + absl::Seconds(60));
  rate.Count(start + absl::Seconds(60));
  EXPECT_EQ(rate.NextAt(start + absl::Seconds(61)), start + absl::Seconds(80));
}

TEST(CallRate, WithoutABoundEveryCallIsAllowed) {
  CallRate rate(0);
  const absl::Time now = absl::FromUnixSeconds(1'000);
  for (int i = 0; i < 1000; ++i) rate.Count(now);
  EXPECT_EQ(rate.NextAt(now), now);
}

TEST(CallRate, AClockThatIsSetBackHoldsNothingUp) {
  CallRate rate(1);
  rate.Count(absl::FromUnixSeconds(100'000));
  EXPECT_EQ(rate.NextAt(absl::FromUnixSeconds(1'000)), absl::FromUnixSeconds(1'000));
}

TEST_F(DispatcherTest, ASinkIsCalledNoMoreOftenThanItsLimit) {
  dispatcher_.reset();
  dispatcher_ = std::make_unique<Dispatcher>(DispatcherOptions{.store = store_.get(),
                                                               .clock = &clock_,
                                                               .limits = &config_.limits(),
                                                               .environment = {},
                                                               .apply_records_max = 1,
                                                               .calls_per_minute_max = 2},
                                             &plan_.front(), link_);
  for (int i = 0; i < 5; ++i) EnterClient("C" + std::to_string(i), "x");
  Work();
  EXPECT_EQ(system_->applies.size(), 2u);
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(system_->applies.size(), 4u);
  EXPECT_EQ(system_->applies.back().items_size(), 1);
}

}  // namespace
}  // namespace entrepot::sync
