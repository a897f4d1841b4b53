#include "core/domain/atp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace entrepot::domain {
namespace {

using testing::ElementsAre;

const absl::CivilDay kToday(2024, 5, 15);

AtpStep Step(int in_days, Decimal quantity) { return {kToday + in_days, quantity}; }

std::vector<AtpStep> Steps(Decimal free_now, std::vector<StockEvent> events = {}) {
  return AtpSteps(free_now, events, kToday);
}

TEST(Atp, IsWhatIsFreeWhereNothingMoves) {
  EXPECT_THAT(Steps(7), ElementsAre(Step(0, 7)));
  EXPECT_THAT(Steps(0), ElementsAre(Step(0, 0)));
}

TEST(Atp, RisesWithEachSupply) {
  EXPECT_THAT(Steps(2, {{kToday + 9, 5}, {kToday + 3, 1}}),
              ElementsAre(Step(0, 2), Step(3, 3), Step(9, 8)));
}

TEST(Atp, KeepsBackWhatALaterDayLacks) {
  // Ten now, but eight are promised for day 5, and four come on day 7.
  EXPECT_THAT(Steps(10, {{kToday + 5, -8}, {kToday + 7, 4}}), ElementsAre(Step(0, 2), Step(7, 6)));
}

TEST(Atp, LeavesOutLateSuppliesButNotOldDemand) {
  EXPECT_THAT(Steps(5, {{kToday - 1, 100}, {kToday - 30, -2}}), ElementsAre(Step(0, 3)));
}

TEST(Atp, CountsASupplyOfTodayAsOnTime) {
  EXPECT_THAT(Steps(0, {{kToday, 4}}), ElementsAre(Step(0, 4)));
}

TEST(Atp, GoesBelowZeroWhereMoreWasPromisedThanComes) {
  EXPECT_THAT(Steps(1, {{kToday + 2, -5}, {kToday + 4, 1}}), ElementsAre(Step(0, -4), Step(4, -3)));
}

TEST(FirstDayCovering, IsTheFirstStepThatIsHighEnough) {
  const auto steps = Steps(1, {{kToday + 3, 4}, {kToday + 9, 5}});
  EXPECT_EQ(FirstDayCovering(steps, 1), kToday);
  EXPECT_EQ(FirstDayCovering(steps, 5), kToday + 3);
  EXPECT_EQ(FirstDayCovering(steps, 10), kToday + 9);
}

TEST(FirstDayCovering, IsNothingWhereItNeverComes) {
  EXPECT_EQ(FirstDayCovering(Steps(3, {{kToday + 2, 5}}), 9), std::nullopt);
}

TEST(FirstDayCovering, DoesNotGiveAwayWhatALaterDayLacks) {
  EXPECT_EQ(FirstDayCovering(Steps(10, {{kToday + 5, -8}, {kToday + 7, 4}}), 3), kToday + 7);
}

constexpr int kHorizon = 12;

struct Outlook {
  Decimal free_now;
  std::vector<StockEvent> events;
  std::vector<AtpStep> steps() const { return AtpSteps(free_now, events, kToday); }
};

Outlook AnyOutlook() {
  Outlook outlook{.free_now = *rc::gen::inRange(-5, 20)};
  const int count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    outlook.events.push_back({kToday + *rc::gen::inRange(-3, kHorizon), *rc::gen::inRange(-9, 10)});
  }
  return outlook;
}

// By the definition, day by day: no step, no sorting.
Decimal BruteAtp(const Outlook& outlook, absl::CivilDay day) {
  std::optional<Decimal> least;
  for (absl::CivilDay t = day; t <= kToday + kHorizon; ++t) {
    Decimal balance = outlook.free_now;
    for (const StockEvent& event : outlook.events) {
      const bool supply = event.change > Decimal();
      if (supply && event.day >= kToday && event.day <= t) balance += event.change;
      if (!supply && event.day <= t) balance += event.change;
    }
    least = least ? std::min(*least, balance) : balance;
  }
  return *least;
}

Decimal AtDay(const std::vector<AtpStep>& steps, absl::CivilDay day) {
  Decimal quantity;
  for (const AtpStep& step : steps) {
    if (step.from <= day) quantity = step.quantity;
  }
  return quantity;
}

RC_GTEST_PROP(AtpProperty, AgreesWithTheDefinitionOnEveryDay, ()) {
  const Outlook outlook = AnyOutlook();
  const auto steps = outlook.steps();
  RC_ASSERT(steps.front().from == kToday);
  for (int d = 0; d <= kHorizon; ++d) {
    RC_ASSERT(AtDay(steps, kToday + d) == BruteAtp(outlook, kToday + d));
  }
  for (size_t i = 1; i < steps.size(); ++i) {
    RC_ASSERT(steps[i - 1].from < steps[i].from);
    RC_ASSERT(steps[i - 1].quantity < steps[i].quantity);
  }
}

RC_GTEST_PROP(AtpProperty, CoversAQuantityOnTheFirstDayOfTheDefinition, ()) {
  const Outlook outlook = AnyOutlook();
  const Decimal quantity = *rc::gen::inRange(1, 40);
  std::optional<absl::CivilDay> first;
  for (int d = kHorizon; d >= 0; --d) {
    if (BruteAtp(outlook, kToday + d) >= quantity) first = kToday + d;
  }
  RC_ASSERT(FirstDayCovering(outlook.steps(), quantity) == first);
}

RC_GTEST_PROP(AtpProperty, GivingAwayWhatIsPromisedBreaksNoOtherPromise, ()) {
  Outlook outlook = AnyOutlook();
  const absl::CivilDay day = kToday + *rc::gen::inRange(0, kHorizon);
  const Decimal given = AtDay(outlook.steps(), day);
  if (given <= Decimal()) return;  // nothing to give away
  const Decimal before = outlook.steps().front().quantity;
  outlook.events.push_back({day, -given});
  const Decimal after = outlook.steps().front().quantity;
  RC_ASSERT(after >= std::min(before, Decimal()));
}

}  // namespace
}  // namespace entrepot::domain
