// What rows became in the last full read is used in the next one, as long as it holds.
#include "core/sync/row_memory.h"

#include <fmt/core.h>

#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::IsNull;
using testing::NotNull;
using testing::SizeIs;

class TextOfRows : public testing::Test {
 protected:
  uint64_t DigestOf(const connector::ReadResponse& batch) {
    EXPECT_TRUE(batch_.Decode(batch.SerializeAsString()));
    return DigestOfText(batch_.rows().row(0), DigestOfColumns(batch_.rows()));
  }

 private:
  SourceBatch batch_;
};

TEST_F(TextOfRows, IsThatOfTheCellsWhereverTheRowStands) {
  const uint64_t digest = DigestOf(Rows({"a", "b"}, {{"1", "2"}}, 2));
  EXPECT_NE(digest, 0u);
  EXPECT_EQ(digest, DigestOf(Rows({"a", "b"}, {{"1", "2"}}, 99)));
}

TEST_F(TextOfRows, DiffersWithCellsTheirBordersAndTheColumns) {
  const uint64_t digest = DigestOf(Rows({"a", "b"}, {{"1", "23"}}));
  EXPECT_NE(digest, DigestOf(Rows({"a", "b"}, {{"1", "24"}})));
  EXPECT_NE(digest, DigestOf(Rows({"a", "b"}, {{"12", "3"}})));
  EXPECT_NE(digest, DigestOf(Rows({"b", "a"}, {{"1", "23"}})));
  EXPECT_NE(digest, DigestOf(Rows({"a", "b", "c"}, {{"1", "2", "3"}})));
}

TEST_F(TextOfRows, IsNoneOfDeletedRowsAndOfAbsentCells) {
  connector::ReadResponse deleted = Rows({"a"}, {{"1"}});
  deleted.mutable_rows()->mutable_rows(0)->set_deleted(true);
  EXPECT_EQ(DigestOf(deleted), 0u);
  connector::ReadResponse absent = Rows({"a"}, {{""}});
  absent.mutable_rows()->mutable_rows(0)->add_absent(0);
  EXPECT_EQ(DigestOf(absent), 0u);
}

std::shared_ptr<const RowMemory> MemoryOf(uint64_t first, uint64_t last, size_t rows_max = 1000) {
  auto memory = std::make_shared<RowMemory>(1, rows_max);
  for (uint64_t text = first; text <= last; ++text) memory->Add({text, text * 10, text * 100});
  memory->Finish();
  return memory;
}

TEST(RowRecall, FollowsRowsOverThoseThatAreGoneNewOrChanged) {
  RowRecall recall(MemoryOf(1, 60));
  EXPECT_EQ(recall.Find(1)->record_id, 10u);
  EXPECT_EQ(recall.Find(4)->record_id, 40u);  // two are gone
  EXPECT_THAT(recall.Find(1000), IsNull());   // new, or in the place of 5
  EXPECT_EQ(recall.Find(5)->record_id, 50u);
  EXPECT_THAT(recall.Find(1001), IsNull());
  EXPECT_EQ(recall.Find(7)->record_id, 70u);
}

TEST(RowRecall, FindsItsWayBackWhereManyRowsWereMoved) {
  RowRecall recall(MemoryOf(1, 1000));
  EXPECT_THAT(recall.Find(500), IsNull());
  int found = 0;
  for (uint64_t text = 501; text <= 1000; ++text) found += recall.Find(text) != nullptr;
  EXPECT_GT(found, 400);
}

TEST(RowRecall, EndsWithTheMemoryWhichKeepsNoMoreThanItMay) {
  RowRecall recall(MemoryOf(1, 100, 10));
  for (uint64_t text = 1; text <= 10; ++text) EXPECT_THAT(recall.Find(text), NotNull());
  for (uint64_t text = 11; text <= 100; ++text) EXPECT_THAT(recall.Find(text), IsNull());
}

class RememberedRows : public SyncTest {
 protected:
  RememberedRows() {
    Configure(kWarehouse);
    GiveOnly("products", {Products({{"A", "x", ""}, {"B", "y", ""}})});
    GiveOnly("places", {Rows({"code"}, {{"M"}, {"N"}})});
    RunOk("products");
    RunOk("places");
  }
  store::Run Stock(const std::vector<Cells>& rows) {
    GiveOnly("stock", {Whole(sync::Stock(rows))});
    return RunOk("stock", {.full = true});
  }
};

TEST_F(RememberedRows, AreUnchangedChangedOrNewAsIfTheyHadBeenMapped) {
  EXPECT_EQ(Stock({{"A", "M", "1"}, {"A", "N", "2"}, {"B", "M", "3"}}).created, 3u);
  EXPECT_EQ(Stock({{"A", "M", "1"}, {"A", "N", "2"}, {"B", "M", "3"}}).unchanged, 3u);
  const store::Run run =
      Stock({{"A", "M", "1"}, {"A", "N", "7"}, {"B", "N", "4"}, {"B", "M", "3"}});
  EXPECT_EQ(run.unchanged, 2u);
  EXPECT_EQ(run.changed, 1u);
  EXPECT_EQ(run.created, 1u);
  EXPECT_EQ(OnHand("A/N"), 7);
  EXPECT_EQ(Stock({{"A", "M", "1"}, {"A", "N", "2"}}).changed, 1u);
  EXPECT_EQ(OnHand("A/N"), 2);
  EXPECT_TRUE(RecordOf<v1::StockLevel>("B/M")->deleted());
}

TEST_F(RememberedRows, OfARecordThatGotAnotherValueMeanwhileAreAppliedAgain) {
  Stock({{"A", "M", "1"}});
  GiveOnly("stock", {sync::Stock({{"A", "M", "5"}})});  // changes only
  RunOk("stock", {.full = true});
  EXPECT_EQ(OnHand("A/M"), 5);
  EXPECT_EQ(Stock({{"A", "M", "1"}}).changed, 1u);
  EXPECT_EQ(OnHand("A/M"), 1);
}

TEST_F(RememberedRows, MeanWhatTheirKeysMeanNow) {
  Stock({{"A", "M", "1"}});
  v1::Product other;
  other.set_sku("C");
  const uint64_t id = Enter(other);
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.Bind("wh", v1::Record::kProduct, "A", id);
                  })
                  .ok());
  EXPECT_EQ(Stock({{"A", "M", "1"}}).created, 1u);
  EXPECT_EQ(OnHand("C/M"), 1);
  EXPECT_TRUE(RecordOf<v1::StockLevel>("A/M")->deleted());
}

TEST_F(RememberedRows, ClearADeadLetterOfTheirKey) {
  Stock({{"A", "M", "1"}});
  GiveOnly("stock", {sync::Stock({{"A", "M", "many"}})});
  RunOk("stock", {.full = true});
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Stock({{"A", "M", "1"}}).recovered, 1u);
  EXPECT_THAT(Letters(), SizeIs(0));
}

}  // namespace
}  // namespace entrepot::sync
