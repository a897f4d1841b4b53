#include "core/sync/rehearsal.h"

#include "core/sync/history.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RehearsalTest : public SyncTest {
 protected:
  v1::PlanBasis Plan(const v1::PlanRequest& request = {}) {
    changes_.clear();
    clock_.Advance(absl::Seconds(1));
    config_.mutable_hub()->set_data_folder(folder_.string());
    config_.mutable_limits()->set_planned_changes_max(planned_max_);
    Rehearsal rehearsal({.config = &config_,
                         .clock = &clock_,
                         .environment = Options().environment,
                         .make_link = [&](const ConnectionPlan& plan) { return LinkTo(plan.name); },
                         .describe = [&](const ConnectionPlan&) { return system_->manifest; }},
                        request, [&](const v1::PlanResponse& event) {
                          if (event.has_change()) changes_.push_back(event.change());
                        });
    const auto basis = rehearsal.Run({"wh"}, {});
    EXPECT_TRUE(basis.ok()) << basis.status();
    return basis.value_or(v1::PlanBasis());
  }

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const v1::PlannedChange& change : changes_) {
      texts.push_back(v1::PlannedAction_Name(change.action()).substr(15) + " " + change.by() + " " +
                      change.key());
    }
    return texts;
  }

  int planned_max_ = 1000;
  std::vector<v1::PlannedChange> changes_;
};

TEST_F(RehearsalTest, ShowsWhatARunThenDoesAndDoesNothing) {
  Configure(kWarehouse);
  Give("products", {Products({{"BLT", "Bolt", "3"}})});
  Give("places", {Rows({"code"}, {{"MAIN"}})});
  Give("stock", {Stock({{"BLT", "MAIN", "10"}})});
  const v1::PlanBasis basis = Plan();
  EXPECT_EQ(store_->log_head(), 0u);
  EXPECT_EQ(CursorOf("products"), "");
  EXPECT_THAT(Texts(),
              testing::UnorderedElementsAre("CREATE wh/products BLT", "CREATE wh/places MAIN",
                                            "CREATE wh/stock BLT/MAIN"));
  EXPECT_EQ(basis.changes(), 3u);
  const auto planned = changes_;

  for (const char* dataset : {"products", "places", "stock"}) RunOk(dataset);
  EXPECT_EQ(store_->log_head(), 3u);
  const auto reader = Read();
  for (const v1::PlannedChange& change : planned) {
    const auto info = domain::FindKind(change.kind());
    ASSERT_TRUE(info.ok());
    const auto id = FindByKeyText(*reader, **info, change.key());
    ASSERT_TRUE(id.ok() && *id);
    const auto history = History(*reader, **id);
    ASSERT_TRUE(history.ok());
    ASSERT_EQ(history->revisions_size(), 1);
    ASSERT_EQ(history->revisions(0).changes_size(), change.changes_size());
    for (int i = 0; i < change.changes_size(); ++i) {
      EXPECT_EQ(history->revisions(0).changes(i).ShortDebugString(),
                change.changes(i).ShortDebugString());
    }
  }
  Plan();
  EXPECT_THAT(Texts(), IsEmpty());
}

TEST_F(RehearsalTest, OnlyLooksAtTheSource) {
  Configure(kWarehouse);
  Give("products", {Products({{"BLT", "Bolt", "3"}}), Products({{"NUT", "Nut", "3"}})});
  Plan();
  ASSERT_FALSE(system_->reads.empty());
  for (const connector::ReadRequest& read : system_->reads) {
    EXPECT_TRUE(read.preview());
    EXPECT_EQ(read.committed_cursor(), "");
  }
}

TEST_F(RehearsalTest, ShowsRowsThatWaitAndRowsThatAreRefused) {
  Configure(kWarehouse);
  Give("products", {Products({{"BLT", "", "3"}})});
  Give("stock", {Stock({{"ZZZ", "MAIN", "1"}})});
  Plan();
  ASSERT_EQ(changes_.size(), 2u);
  std::map<v1::PlannedAction, std::string> reasons;
  for (const auto& change : changes_) reasons[change.action()] = change.reason();
  EXPECT_THAT(reasons[v1::PLANNED_ACTION_PARK], testing::HasSubstr("waits for"));
  EXPECT_THAT(reasons[v1::PLANNED_ACTION_DEAD_LETTER], testing::HasSubstr("name"));
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(RehearsalTest, ShowsDeletionsOfAFullRead) {
  Configure(kWarehouse);
  GiveOnly("products", {Whole(Products({{"BLT", "Bolt", "3"}, {"NUT", "Nut", "3"}}))});
  RunOk("products");
  GiveOnly("products", {Whole(Products({{"BLT", "Bolt", "4"}}))});
  v1::PlanRequest request;
  request.set_full(true);
  Plan(request);
  EXPECT_THAT(Texts(), ElementsAre("CHANGE wh/products BLT", "DELETE wh/products NUT"));
  ASSERT_EQ(changes_[0].changes_size(), 1);
  EXPECT_EQ(changes_[0].changes(0).field(), "lead_time_days");
  EXPECT_EQ(changes_[0].changes(0).before(), "3");
  EXPECT_EQ(changes_[0].changes(0).after(), "4");
}

TEST_F(RehearsalTest, StopsAtItsLimitAndSaysSo) {
  Configure(kWarehouse);
  Give("products", {Products({{"A", "a", "1"}, {"B", "b", "1"}, {"C", "c", "1"}})});
  planned_max_ = 2;
  const v1::PlanBasis basis = Plan();
  EXPECT_FALSE(basis.complete());
  EXPECT_EQ(changes_.size(), 2u);
}

TEST_F(RehearsalTest, SaysWhatHasOvertakenAPlan) {
  Configure(kWarehouse);
  Give("products", {Products({{"A", "a", "1"}})});
  const v1::PlanBasis first = Plan();
  EXPECT_EQ(WhyStale(first, Plan()), "");
  GiveOnly("products", {Products({{"A", "b", "1"}})});
  EXPECT_THAT(WhyStale(first, Plan()), testing::HasSubstr("what wh/products brings has changed"));
  RunOk("products");
  EXPECT_THAT(WhyStale(first, Plan()), testing::HasSubstr("wh/products has been read since"));
}

TEST_F(RehearsalTest, LeavesNoCopyBehind) {
  Configure(kWarehouse);
  Plan();
  EXPECT_TRUE(std::filesystem::is_empty(PlansFolder(config_)));
}

}  // namespace
}  // namespace entrepot::sync
