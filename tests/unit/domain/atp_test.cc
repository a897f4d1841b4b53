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

WarehouseOutlook Main(Decimal free_now, std::vector<StockEvent> events = {}) {
  return {.warehouse_id = 1, .transfer_days = 0, .free_now = free_now, .events = std::move(events)};
}

TEST(Atp, IsWhatIsFreeWhereNothingMoves) {
  EXPECT_THAT(AtpSteps(Main(7), kToday), ElementsAre(Step(0, 7)));
  EXPECT_THAT(AtpSteps(Main(0), kToday), ElementsAre(Step(0, 0)));
}

TEST(Atp, RisesWithEachSupply) {
  EXPECT_THAT(AtpSteps(Main(2, {{kToday + 9, 5}, {kToday + 3, 1}}), kToday),
              ElementsAre(Step(0, 2), Step(3, 3), Step(9, 8)));
}

TEST(Atp, KeepsBackWhatALaterDayLacks) {
  // Ten now, but eight are promised for day 5, and four come on day 7.
  EXPECT_THAT(AtpSteps(Main(10, {{kToday + 5, -8}, {kToday + 7, 4}}), kToday),
              ElementsAre(Step(0, 2), Step(7, 6)));
}

TEST(Atp, LeavesOutLateSuppliesButNotOldDemand) {
  EXPECT_THAT(AtpSteps(Main(5, {{kToday - 1, 100}, {kToday - 30, -2}}), kToday),
              ElementsAre(Step(0, 3)));
}

TEST(Atp, CountsASupplyOfTodayAsOnTime) {
  EXPECT_THAT(AtpSteps(Main(0, {{kToday, 4}}), kToday), ElementsAre(Step(0, 4)));
}

TEST(Atp, GoesBelowZeroWhereMoreWasPromisedThanComes) {
  EXPECT_THAT(AtpSteps(Main(1, {{kToday + 2, -5}, {kToday + 4, 1}}), kToday),
              ElementsAre(Step(0, -4), Step(4, -3)));
}

TEST(Atp, OfAllWarehousesArrivesAfterTheTransfer) {
  const WarehouseOutlook far = {
      .warehouse_id = 2, .transfer_days = 3, .free_now = 4, .events = {{kToday + 1, 6}}};
  const std::vector<WarehouseOutlook> outlooks = {Main(1), far};
  EXPECT_THAT(AtpSteps(outlooks, kToday), ElementsAre(Step(0, 1), Step(3, 5), Step(4, 11)));
}

TEST(Atp, PromisesNothingFromAWarehouseWithUnknownTransfer) {
  const std::vector<WarehouseOutlook> outlooks = {
      {.warehouse_id = 2, .transfer_days = std::nullopt, .free_now = 100, .events = {}}};
  EXPECT_THAT(AtpSteps(outlooks, kToday), ElementsAre(Step(0, 0)));
  EXPECT_EQ(EarliestCover(outlooks, 1, kToday), std::nullopt);
}

TEST(Atp, OfOneWarehouseIsNotLessenedByAnothersDebt) {
  const std::vector<WarehouseOutlook> outlooks = {
      Main(5), {.warehouse_id = 2, .transfer_days = 0, .free_now = -3, .events = {}}};
  EXPECT_THAT(AtpSteps(outlooks, kToday), ElementsAre(Step(0, 5)));
}

TEST(EarliestCover, NamesTheWarehouseThatCoversItAlone) {
  const std::vector<WarehouseOutlook> outlooks = {
      Main(0, {{kToday + 8, 10}}),
      {.warehouse_id = 2, .transfer_days = 2, .free_now = 0, .events = {{kToday + 4, 10}}}};
  const auto cover = EarliestCover(outlooks, 10, kToday);
  ASSERT_TRUE(cover);
  EXPECT_EQ(cover->day, kToday + 6);
  EXPECT_EQ(cover->warehouse_id, 2u);
}

TEST(EarliestCover, NamesTheWarehouseWhoseGoodsComeLast) {
  const std::vector<WarehouseOutlook> outlooks = {
      Main(0, {{kToday + 2, 5}}),
      {.warehouse_id = 2, .transfer_days = 2, .free_now = 0, .events = {{kToday + 4, 5}}}};
  const auto cover = EarliestCover(outlooks, 10, kToday);
  ASSERT_TRUE(cover);
  EXPECT_EQ(cover->day, kToday + 6);
  EXPECT_EQ(cover->warehouse_id, 2u);
}

TEST(EarliestCover, IsNothingWhereItNeverComes) {
  const std::vector<WarehouseOutlook> outlooks = {Main(3, {{kToday + 2, 5}})};
  EXPECT_EQ(EarliestCover(outlooks, 9, kToday), std::nullopt);
}

constexpr int kHorizon = 12;

WarehouseOutlook AnyOutlook(uint64_t id) {
  WarehouseOutlook outlook{.warehouse_id = id,
                           .transfer_days = *rc::gen::inRange(0, 4),
                           .free_now = *rc::gen::inRange(-5, 20)};
  if (*rc::gen::inRange(0, 5) == 0) outlook.transfer_days.reset();
  const int count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    outlook.events.push_back({kToday + *rc::gen::inRange(-3, kHorizon), *rc::gen::inRange(-9, 10)});
  }
  return outlook;
}

// By the definition, day by day: no step, no sorting.
Decimal BruteAtp(const WarehouseOutlook& outlook, absl::CivilDay day) {
  std::optional<Decimal> least;
  for (absl::CivilDay t = day; t <= std::max(day, kToday + kHorizon); ++t) {
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

Decimal BruteTotal(const std::vector<WarehouseOutlook>& outlooks, absl::CivilDay day) {
  Decimal total;
  for (const WarehouseOutlook& outlook : outlooks) {
    if (!outlook.transfer_days) continue;
    const absl::CivilDay sent = day - *outlook.transfer_days;
    if (sent >= kToday) total += std::max(Decimal(), BruteAtp(outlook, sent));
  }
  return total;
}

Decimal AtDay(const std::vector<AtpStep>& steps, absl::CivilDay day) {
  Decimal quantity;
  for (const AtpStep& step : steps) {
    if (step.from <= day) quantity = step.quantity;
  }
  return quantity;
}

RC_GTEST_PROP(AtpProperty, AgreesWithTheDefinitionOnEveryDay, ()) {
  const WarehouseOutlook outlook = AnyOutlook(1);
  const auto steps = AtpSteps(outlook, kToday);
  RC_ASSERT(steps.front().from == kToday);
  for (int d = 0; d <= kHorizon; ++d) {
    RC_ASSERT(AtDay(steps, kToday + d) == BruteAtp(outlook, kToday + d));
  }
  for (size_t i = 1; i < steps.size(); ++i) {
    RC_ASSERT(steps[i - 1].from < steps[i].from);
    RC_ASSERT(steps[i - 1].quantity < steps[i].quantity);
  }
}

RC_GTEST_PROP(AtpProperty, OfSeveralWarehousesAgreesWithTheDefinition, ()) {
  const std::vector<WarehouseOutlook> outlooks = {AnyOutlook(1), AnyOutlook(2), AnyOutlook(3)};
  const auto steps = AtpSteps(outlooks, kToday);
  const Decimal quantity = *rc::gen::inRange(1, 40);
  std::optional<absl::CivilDay> first;
  for (int d = 0; d <= kHorizon + 3; ++d) {
    const Decimal total = BruteTotal(outlooks, kToday + d);
    RC_ASSERT(AtDay(steps, kToday + d) == total);
    if (!first && total >= quantity) first = kToday + d;
  }
  const auto cover = EarliestCover(outlooks, quantity, kToday);
  RC_ASSERT(cover.has_value() == first.has_value());
  if (cover) {
    RC_ASSERT(cover->day == *first);
    RC_ASSERT(cover->warehouse_id != 0u);
  }
}

RC_GTEST_PROP(AtpProperty, GivingAwayWhatIsPromisedBreaksNoOtherPromise, ()) {
  WarehouseOutlook outlook = AnyOutlook(1);
  const absl::CivilDay day = kToday + *rc::gen::inRange(0, kHorizon);
  const Decimal given = AtDay(AtpSteps(outlook, kToday), day);
  if (given <= Decimal()) return;  // nothing to give away
  const Decimal before = AtpSteps(outlook, kToday).front().quantity;
  outlook.events.push_back({day, -given});
  const Decimal after = AtpSteps(outlook, kToday).front().quantity;
  RC_ASSERT(after >= std::min(before, Decimal()));
}

}  // namespace
}  // namespace entrepot::domain
