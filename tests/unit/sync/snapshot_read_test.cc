// Full reads: what did not come is deleted, within limits, and only after the source's end mark.
#include <fmt/core.h>

#include "absl/time/clock.h"
#include "core/base/reason.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class SnapshotReadTest : public SyncTest {
 protected:
  SnapshotReadTest() { Configure(kWarehouse); }

  // Products "P0" to "P<count - 1>", ten to a batch, as one whole reading.
  static std::vector<connector::ReadResponse> WholeOf(int count, int from = 0) {
    std::vector<connector::ReadResponse> batches;
    std::vector<Cells> rows;
    for (int i = from; i < count; ++i) {
      rows.push_back({fmt::format("P{}", i), "x", ""});
      if (rows.size() < 10 && i + 1 < count) continue;
      batches.push_back(Products(rows));
      rows.clear();
    }
    if (batches.empty()) batches.push_back(Products({}));
    batches.front().set_snapshot_begin(true);
    batches.back().set_snapshot_end(true);
    return batches;
  }
  int Alive() { return static_cast<int>(*Read()->Count(v1::Record::kProduct)); }
};

TEST_F(SnapshotReadTest, WhatDidNotComeIsDeletedAndKeepsItsBody) {
  Give("products", WholeOf(5));
  RunOk("products");
  GiveOnly("products", WholeOf(5, 1));
  const store::Run run = RunOk("products", {.full = true});
  EXPECT_EQ(run.deleted, 1);
  EXPECT_EQ(run.unchanged, 4);
  EXPECT_TRUE(RecordOf<v1::Product>("P0")->deleted());
  EXPECT_EQ(RecordOf<v1::Product>("P0")->product().name(), "x");
}

TEST_F(SnapshotReadTest, WhatIsMissingIsDeletedOnce) {
  Give("products", WholeOf(5));
  RunOk("products");
  GiveOnly("products", WholeOf(5, 1));
  RunOk("products", {.full = true});
  EXPECT_EQ(RunOk("products", {.full = true}).deleted, 0);
}

TEST_F(SnapshotReadTest, ARecordThatComesBackIsNoLongerDeleted) {
  Give("products", WholeOf(5));
  RunOk("products");
  GiveOnly("products", WholeOf(5, 1));
  RunOk("products", {.full = true});
  GiveOnly("products", WholeOf(5));
  EXPECT_EQ(RunOk("products", {.full = true}).changed, 1);
  EXPECT_FALSE(RecordOf<v1::Product>("P0")->deleted());
}

TEST_F(SnapshotReadTest, BulkRecordsAreDeletedAndComeBackToo) {
  GiveOnly("products", {Products({{"A", "x", ""}})});
  GiveOnly("places", {Rows({"code"}, {{"M"}, {"N"}})});
  RunOk("products");
  RunOk("places");
  GiveOnly("stock", {Whole(Stock({{"A", "M", "1"}, {"A", "N", "2"}}))});
  RunOk("stock");
  GiveOnly("stock", {Whole(Stock({{"A", "N", "2"}}))});
  EXPECT_EQ(RunOk("stock", {.full = true}).deleted, 1);
  EXPECT_TRUE(RecordOf<v1::StockLevel>("A/M")->deleted());
  GiveOnly("stock", {Whole(Stock({{"A", "M", "1"}, {"A", "N", "2"}}))});
  EXPECT_EQ(RunOk("stock", {.full = true}).changed, 1);
  EXPECT_FALSE(RecordOf<v1::StockLevel>("A/M")->deleted());
}

TEST_F(SnapshotReadTest, TooManyMissingStopTheRunUntilAPersonAccepts) {
  Give("products", WholeOf(100));
  RunOk("products");
  const std::string cursor = CursorOf("products");
  GiveOnly("products", WholeOf(100, 21));
  const IntakeEnd end = Run("products", {.full = true});
  EXPECT_EQ(ReasonOf(end.status), "TOO_MANY_DELETIONS");
  EXPECT_THAT(end.run.error, HasSubstr("21 of 100"));
  EXPECT_THAT(end.run.error, HasSubstr("--accept-deletions"));
  EXPECT_EQ(Alive(), 100);
  EXPECT_EQ(CursorOf("products"), cursor);
  EXPECT_EQ(RunOk("products", {.full = true, .accept_deletions = true}).deleted, 21);
  EXPECT_EQ(Alive(), 79);
}

TEST_F(SnapshotReadTest, TwentyMissingAreDeletedWhateverTheirShare) {
  Give("products", WholeOf(25));
  RunOk("products");
  GiveOnly("products", WholeOf(25, 20));
  EXPECT_EQ(RunOk("products", {.full = true}).deleted, 20);
}

TEST_F(SnapshotReadTest, TenPercentMissingAreDeletedHoweverMany) {
  config_.mutable_limits()->set_intake_rows_max(1000);
  Give("products", WholeOf(300));
  RunOk("products");
  GiveOnly("products", WholeOf(300, 30));
  EXPECT_EQ(RunOk("products", {.full = true}).deleted, 30);
}

TEST_F(SnapshotReadTest, ManyDeletionsTakeSeveralTransactions) {
  config_.mutable_limits()->set_intake_rows_max(10);
  Give("products", WholeOf(900));
  RunOk("products");
  GiveOnly("products", WholeOf(900, 899));
  EXPECT_EQ(RunOk("products", {.full = true, .accept_deletions = true}).deleted, 899);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(SnapshotReadTest, NothingIsDeletedWithoutTheEndMark) {
  Give("products", WholeOf(30));
  RunOk("products");
  GiveOnly("products", WholeOf(30, 5));
  system_->before_read = [](const connector::ReadRequest& request) {
    return request.cursor() == "1" && !request.full() ? absl::DataLossError("the file ends early")
                                                      : absl::OkStatus();
  };
  EXPECT_FALSE(Run("products", {.full = true}).status.ok());
  EXPECT_EQ(Alive(), 30);
}

TEST_F(SnapshotReadTest, AnEmptyReadingOfMuchIsNotBelieved) {
  Give("products", WholeOf(30));
  RunOk("products");
  GiveOnly("products", WholeOf(0));
  EXPECT_EQ(ReasonOf(Run("products", {.full = true}).status), "TOO_MANY_DELETIONS");
  EXPECT_EQ(Alive(), 30);
}

TEST_F(SnapshotReadTest, ABrokenRowStillShowsThatItsRecordIsThere) {
  Give("products", WholeOf(5));
  RunOk("products");
  auto batches = WholeOf(5);
  batches[0].mutable_rows()->mutable_rows(2)->set_cells(2, "soon");
  GiveOnly("products", batches);
  const store::Run run = RunOk("products", {.full = true});
  EXPECT_EQ(run.dead, 1);
  EXPECT_EQ(run.deleted, 0);
  EXPECT_FALSE(RecordOf<v1::Product>("P2")->deleted());
}

TEST_F(SnapshotReadTest, ARowThatCannotBeToldApartKeepsEverythingAlive) {
  Give("products", WholeOf(5));
  RunOk("products");
  auto batches = WholeOf(5, 1);
  batches[0].add_bad_rows()->set_reason("torn");
  GiveOnly("products", batches);
  EXPECT_EQ(RunOk("products", {.full = true}).deleted, 0);
  EXPECT_EQ(Alive(), 5);
}

TEST_F(SnapshotReadTest, OnlyWhatThisDatasetBroughtIsDeleted) {
  v1::Product own;
  own.set_sku("OWN");
  Enter(own);
  Give("products", WholeOf(5));
  EXPECT_EQ(RunOk("products").deleted, 0);
  EXPECT_FALSE(RecordOf<v1::Product>("OWN")->deleted());
}

TEST_F(SnapshotReadTest, WhatIsNoLongerThereNeedNotWaitForItsProduct) {
  Give("places", {Rows({"code"}, {{"M"}})});
  RunOk("places");
  GiveOnly("stock", {Whole(Stock({{"A", "M", "1"}, {"B", "M", "2"}}))});
  EXPECT_EQ(RunOk("stock").parked, 2);
  GiveOnly("stock", {Whole(Stock({{"B", "M", "2"}}))});
  RunOk("stock", {.full = true});
  ASSERT_THAT(Parked(), SizeIs(1));
  Give("products", {Products({{"A", "x", ""}, {"B", "y", ""}})});
  RunOk("products");
  EXPECT_EQ(*Replay(Options(), &plan_).ApplyQueued(), 1);
  EXPECT_EQ(OnHand("A/M"), -1);
  EXPECT_EQ(OnHand("B/M"), 2);
}

TEST_F(SnapshotReadTest, AParkedRowThatReEntersBeforeTheEndIsNotMissing) {
  Give("places", {Rows({"code"}, {{"M"}})});
  RunOk("places");
  GiveOnly("stock", {Stock({{"A", "M", "1"}}), Stock({{"B", "M", "2"}})});
  system_->batches["stock"].front().set_snapshot_begin(true);
  system_->batches["stock"].back().set_snapshot_end(true);
  system_->before_read = [&](const connector::ReadRequest& request) {
    if (request.cursor() != "1") return absl::OkStatus();
    while (Parked().empty()) absl::SleepFor(absl::Milliseconds(10));  // the first batch's commit
    v1::Product product;
    product.set_sku("A");
    Enter(product);
    return Replay(Options(), &plan_).ApplyQueued().status();
  };
  EXPECT_EQ(RunOk("stock").deleted, 0);
  EXPECT_EQ(OnHand("A/M"), 1);
  EXPECT_FALSE(RecordOf<v1::StockLevel>("A/M")->deleted());
}

TEST_F(SnapshotReadTest, AStopEndsTheDeletingTooAndTheNextRunBeginsAnew) {
  config_.mutable_limits()->set_intake_rows_max(10);
  Give("products", WholeOf(900));
  RunOk("products");
  GiveOnly("products", WholeOf(900, 899));
  std::stop_source stop;
  const auto end = Intake(Options()).Run(
      Dataset("products"), link_, {.full = true, .accept_deletions = true},
      [&](const store::Run& run) {
        if (run.deleted > 0) stop.request_stop();
      },
      stop.get_token());
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->status.code(), absl::StatusCode::kCancelled);
  EXPECT_GT(Alive(), 1);
  EXPECT_EQ(CursorOf("products"), "90") << "of the run before";
}

TEST_F(SnapshotReadTest, WhatAnotherTookOverMeanwhileIsNotDeleted) {
  config_.mutable_limits()->set_intake_rows_max(10);
  Give("products", WholeOf(900));
  RunOk("products");
  GiveOnly("products", WholeOf(900, 899));
  const uint64_t last = RecordOf<v1::Product>("P898")->id();
  bool taken = false;
  const auto end =
      Intake(Options()).Run(Dataset("products"), link_, {.full = true, .accept_deletions = true},
                            [&](const store::Run& run) {
                              if (run.deleted == 0 || std::exchange(taken, true)) return;
                              v1::Product product;
                              product.set_sku("P898");
                              product.set_name("kept by Anna");
                              Enter(product, last);
                            },
                            {});
  ASSERT_TRUE(end.ok() && end->status.ok());
  EXPECT_FALSE(RecordOf<v1::Product>("P898")->deleted());
  EXPECT_EQ(end->run.deleted, 898);
}

TEST_F(SnapshotReadTest, AnInterruptedOneBeginsAnewFromBeforeItsBegin) {
  config_.mutable_limits()->set_intake_rows_max(10);
  Give("products", WholeOf(60));
  system_->before_read = [](const connector::ReadRequest& request) {
    EXPECT_EQ(request.committed_cursor(), "") << "the source must keep what it began with";
    return request.cursor() == "5" ? absl::DataLossError("torn") : absl::OkStatus();
  };
  EXPECT_FALSE(Run("products").status.ok());
  EXPECT_EQ(Alive(), 50);
  EXPECT_EQ(CursorOf("products"), "");
  system_->before_read = nullptr;
  OpenStore();  // the hub starts again
  const store::Run run = RunOk("products");
  EXPECT_EQ(run.created, 10);
  EXPECT_EQ(run.unchanged, 50);
  EXPECT_EQ(CursorOf("products"), "6");
}

// A copy of the store's files at a commit is what a kill at that moment leaves.
TEST_F(SnapshotReadTest, AKillAfterAnyCommitLosesNothingAndDoublesNothing) {
  config_.mutable_limits()->set_intake_rows_max(10);
  config_.mutable_limits()->set_batch_rows_max(10);
  for (int i = 0; i < 8; ++i) {
    std::vector<Cells> rows;
    for (int j = 0; j < 10; ++j) rows.push_back({fmt::format("P{}", i * 10 + j), "x", ""});
    Give("products", {Products(rows)});
  }
  std::vector<std::filesystem::path> copies;
  const auto copy = [&](const store::Run&) {
    const auto to = folder_ / fmt::format("copy{}", copies.size());
    std::filesystem::create_directory(to);
    for (const char* name : {"entrepot.db", "entrepot.db-wal"}) {
      if (std::filesystem::exists(folder_ / name)) {
        std::filesystem::copy(folder_ / name, to / name);
      }
    }
    copies.push_back(to);
  };
  ASSERT_TRUE(Intake(Options()).Run(Dataset("products"), link_, {}, copy, {}).ok());
  ASSERT_GE(copies.size(), 3);
  const auto home = folder_;
  for (const auto& folder : copies) {
    folder_ = folder;
    OpenStore();
    RunOk("products");
    EXPECT_EQ(Alive(), 80) << folder;
    EXPECT_EQ(store_->log_head(), 80) << "each record has exactly one revision";
    EXPECT_EQ(CursorOf("products"), "8");
  }
  folder_ = home;
  OpenStore();
}

}  // namespace
}  // namespace entrepot::sync
