#include "core/sync/replay.h"

#include "core/base/reason.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReplayTest : public SyncTest {
 protected:
  ReplayTest() {
    Configure(kWarehouse);
    Give("products", {Products({{"A", "bolt", ""}})});
    Give("places", {Rows({"code"}, {{"MAIN"}})});
    RunOk("products");
    RunOk("places");
  }

  // A person corrects the mapping and starts the hub again.
  void MapSoonToSevenDays() {
    auto& datasets = *(*config_.mutable_connections())["wh"].mutable_datasets();
    auto& field = (*datasets["products"].mutable_mapping()->mutable_fields())["lead_time_days"];
    (*field.mutable_values())["soon"] = "7";
    (*field.mutable_values())["3"] = "3";
    plan_ = MakePlan(config_).value();
    for (ConnectionPlan& connection : plan_) AssignRoles(system_->manifest, &connection);
  }

  v1::ReplayDeadLettersResponse ReplayAll(bool force = false) {
    auto replayed = Replay(Options(), &plan_).DeadLetters({}, force);
    EXPECT_TRUE(replayed.ok()) << replayed.status();
    return *replayed;
  }
};

TEST_F(ReplayTest, MapsTheKeptRowWithTodaysMapping) {
  Give("products", {Products({{"B", "nut", "soon"}})});
  RunOk("products");
  ASSERT_THAT(Letters(), SizeIs(1));
  MapSoonToSevenDays();
  EXPECT_EQ(ReplayAll().applied(), 1);
  EXPECT_EQ(RecordOf<v1::Product>("B")->product().lead_time_days(), 7);
  EXPECT_EQ(RecordOf<v1::Product>("B")->origin(), "wh/products");
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(ReplayTest, WhatIsStillBrokenStaysWithTodaysReasonAndCountsItsReplays) {
  Give("products", {Products({{"B", "nut", "soon"}})});
  RunOk("products");
  const absl::Time died_at = Letters()[0].died_at;
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(ReplayAll().dead(), 1);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].replays, 1);
  EXPECT_EQ(Letters()[0].died_at, died_at) << "the row is no younger for it";
}

TEST_F(ReplayTest, ARowMayNowLackAnotherRecordAndIsParked) {
  Give("stock", {Stock({{"Z", "MAIN", "many"}})});
  RunOk("stock");
  auto& datasets = *(*config_.mutable_connections())["wh"].mutable_datasets();
  auto& field = (*datasets["stock"].mutable_mapping()->mutable_fields())["on_hand"];
  (*field.mutable_values())["many"] = "1000";
  plan_ = MakePlan(config_).value();
  EXPECT_EQ(ReplayAll().parked(), 1);
  ASSERT_THAT(Parked(), SizeIs(1));
  EXPECT_EQ(Parked()[0].waits_for_key, "Z");
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(ReplayTest, AnOlderRowIsRefusedUnlessForced) {
  // The row died without a key of its own, so a later success for its record left it there.
  connector::ReadResponse batch = Products({{"A", "an old name", "soon"}});
  Give("products", {batch});
  RunOk("products");
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) -> absl::Status {
                    store::DeadLetter letter = *(*tx.ListDeadLetters("", {})).begin();
                    auto status = tx.RemoveDeadLetter(letter.id);
                    letter.source.outside_id = "@sku.csv:2";
                    status.Update(tx.Bury(letter).status());
                    return status;
                  })
                  .ok());
  Give("products", {Products({{"A", "a new name", "3"}})});
  RunOk("products");
  MapSoonToSevenDays();
  EXPECT_EQ(ReplayAll().refused(), 1);
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().name(), "a new name");
  EXPECT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(ReplayAll(/*force=*/true).applied(), 1);
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().name(), "an old name");
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(ReplayTest, WhatTheSourceCouldNotReadCannotBeReplayed) {
  connector::ReadResponse batch = Products({});
  batch.add_bad_rows()->set_reason("torn");
  Give("products", {batch});
  RunOk("products");
  EXPECT_EQ(ReplayAll().dead(), 1);
  EXPECT_THAT(Letters()[0].reason, HasSubstr("nothing to map"));
}

TEST_F(ReplayTest, ADatasetThatIsGoneSaysSo) {
  Give("products", {Products({{"B", "nut", "soon"}})});
  RunOk("products");
  plan_.clear();
  EXPECT_EQ(ReplayAll().dead(), 1);
  EXPECT_THAT(Letters()[0].reason, HasSubstr("no longer has this dataset"));
  Configure(kWarehouse);
}

TEST_F(ReplayTest, AnUnknownNumberIsRefusedBeforeAnythingIsDone) {
  Give("products", {Products({{"B", "nut", "soon"}})});
  RunOk("products");
  MapSoonToSevenDays();
  const std::vector<uint64_t> ids = {Letters()[0].id, 4711};
  const auto replayed = Replay(Options(), &plan_).DeadLetters(ids, false);
  EXPECT_EQ(ReasonOf(replayed.status()), "DEAD_LETTER_NOT_FOUND");
  EXPECT_THAT(Letters(), SizeIs(1));
}

TEST_F(ReplayTest, ManyWaitersReEnterInBoundedTransactions) {
  config_.mutable_limits()->set_parked_max(5000);
  std::vector<connector::ReadResponse> batches;
  for (int i = 0; i < 120; ++i) {
    std::vector<Cells> rows;
    for (int j = 0; j < 10; ++j) rows.push_back({"Z", "W" + std::to_string(i * 10 + j), "1"});
    batches.push_back(Stock(rows));
  }
  std::vector<Cells> places;
  for (int i = 0; i < 1200; ++i) places.push_back({"W" + std::to_string(i)});
  Give("places", {Rows({"code"}, places)});
  RunOk("places");
  Give("stock", batches);
  EXPECT_EQ(RunOk("stock").parked, 1200);
  Give("products", {Products({{"Z", "x", ""}})});
  RunOk("products");
  EXPECT_EQ(Replay(Options(), &plan_).ApplyQueued().value(), 1200);
  EXPECT_EQ(*Read()->Count(v1::Record::kStockLevel), 1200);
}

}  // namespace
}  // namespace entrepot::sync
