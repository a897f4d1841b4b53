// What readers and the writer see of records that are being written.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/trade/records.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using scenarios::Story;
using v1::Record;

struct Row {
  uint64_t key = 0;
  int value = 0;
};

int Sum(const OwnedRows<Row>& rows, uint64_t owner, View view) {
  int sum = 0;
  rows.ForEach(owner, view, [&](const Row& row) { sum += row.value; });
  return sum;
}

TEST(OwnedRows, ShowsStagedRowsToTheWriterOnly) {
  OwnedRows<Row> rows;
  rows.Load(1, {7, 10});
  rows.StageSet(1, {7, 20});
  rows.StageAdd(1, {7, 3});
  EXPECT_EQ(Sum(rows, 1, View::kWriter), 23);
  EXPECT_EQ(Sum(rows, 1, View::kCommitted), 10);
  rows.Commit();
  EXPECT_EQ(Sum(rows, 1, View::kCommitted), 23);
}

TEST(OwnedRows, ForgetsWhatIsDropped) {
  OwnedRows<Row> rows;
  rows.StageAdd(1, {1, 1});
  rows.StageAdd(1, {2, 2});
  rows.StageAdd(2, {3, 4});
  rows.DropLast();
  rows.DropLast();
  EXPECT_EQ(Sum(rows, 1, View::kWriter), 1);
  EXPECT_EQ(Sum(rows, 2, View::kWriter), 0);
  rows.Commit();
  EXPECT_EQ(Sum(rows, 1, View::kCommitted), 1);
  EXPECT_EQ(Sum(rows, 2, View::kCommitted), 0);
}

TEST(OwnedRows, RemovesAllRowsOfAKeyAndUsesTheirPlacesAgain) {
  OwnedRows<Row> rows;
  for (int i = 0; i < 1000; ++i) rows.Load(i % 10, {static_cast<uint64_t>(i % 7), 1});
  for (uint64_t owner = 0; owner < 10; ++owner) {
    for (uint64_t key = 0; key < 7; ++key) rows.StageRemove(owner, key);
  }
  rows.Commit();
  for (uint64_t owner = 0; owner < 10; ++owner) {
    EXPECT_EQ(Sum(rows, owner, View::kCommitted), 0);
    rows.StageAdd(owner, {1, static_cast<int>(owner)});
  }
  rows.Commit();
  for (uint64_t owner = 0; owner < 10; ++owner) {
    EXPECT_EQ(Sum(rows, owner, View::kCommitted), static_cast<int>(owner));
  }
}

TEST(PackedDecimal, KeepsTheWholeRange) {
  for (const char* text : {"0", "-0.000000001", "9223372036854775807.999999999", "-4294967296.5",
                           "4294967295", "-9223372036854775807.1", "0.1"}) {
    const auto decimal = domain::Decimal::Parse(text);
    ASSERT_TRUE(decimal.ok()) << text;
    EXPECT_EQ(PackedDecimal(decimal->ToProto()).get().ToString(), text);
  }
}

Story& WithStock(Story& story) {
  story.Say("product BOLT");
  story.Say("warehouse MAIN transfer=0");
  story.Say("client C-1");
  story.Say("price BOLT retail 10");
  story.Say("stock BOLT MAIN 10");
  return story;
}

TEST(StockIndex, ForgetsTheReservationsOfAWorkThatFailed) {
  Story story;
  WithStock(story);
  const absl::Status failed =
      story.store().Write([&](store::Transaction& transaction) -> absl::Status {
        v1::StockLevel level;
        level.set_product_id(story.IdOf(Record::kProduct, "BOLT"));
        level.set_warehouse_id(story.IdOf(Record::kWarehouse, "MAIN"));
        level.mutable_on_hand()->set_units(1000);
        RETURN_IF_ERROR(
            PutRecord(transaction, Record::kStockLevel, 0, level, "warehouse/stock").status());
        EXPECT_EQ(
            story.trade().stock.Get(level.product_id(), View::kWriter).levels[0].on_hand.get(),
            1000);
        return absl::AbortedError("on purpose");
      });
  EXPECT_TRUE(absl::IsAborted(failed)) << failed;
  EXPECT_EQ(story.Say("order C-1: BOLT 10"), "order 1001 open\n  1 BOLT 10: 10 from MAIN\n");
}

TEST(StockIndex, IsTheSameAfterARestart) {
  Story story;
  WithStock(story);
  story.Say("supply PO-1/1 BOLT MAIN 5 on=2026-03-09");
  story.Say("supply PO-2/1 BOLT MAIN 5 on=2026-03-09 +received");
  story.Say("order C-1 wanted=2026-03-05: BOLT 12; BOLT 2");
  story.Say("ship 1001: 1 4");
  story.Say("order C-1: BOLT 1");
  story.Say("cancel 1002 a mistake");
  const std::string available = story.Say("available BOLT 1");
  const std::string order = story.Say("show-order 1001");
  const std::string requests = story.Say("requests");
  const std::string analogues = story.Say("analogues BOLT");
  story.Reopen();
  EXPECT_EQ(story.Say("available BOLT 1"), available);
  EXPECT_EQ(story.Say("show-order 1001"), order);
  EXPECT_EQ(story.Say("requests"), requests);
  EXPECT_EQ(story.Say("analogues BOLT"), analogues);
}

TEST(StockIndex, LetsGoOfShipmentsThatFiguresHaveLongContained) {
  Story story;
  WithStock(story);
  story.Say("order C-1: BOLT 4");
  story.Say("clock +1m");
  story.Say("ship 1001");
  const auto parts = [&] {
    const uint64_t id = story.IdOf(Record::kProduct, "BOLT");
    return story.trade().stock.Get(id, View::kCommitted).demand.size();
  };
  story.Say("clock 2026-03-05");
  story.Say("stock BOLT MAIN 6");
  story.Reopen();
  EXPECT_EQ(parts(), 1U);
  story.Say("clock 2026-03-12");
  story.Say("stock BOLT MAIN 6");
  const std::string available = story.Say("available BOLT");
  story.Reopen();
  EXPECT_EQ(parts(), 0U);
  EXPECT_EQ(story.Say("available BOLT"), available);
}

TEST(StockIndex, LetsGoOfThemWithoutARestart) {
  Story story;
  WithStock(story);
  story.Say("order C-1: BOLT 4");
  story.Say("ship 1001");
  story.Say("order C-1: BOLT 2");
  story.Say("ship 1002: 1 1");
  story.Say("clock 2026-03-12");
  story.Say("stock BOLT MAIN 5");
  const std::string available = story.Say("available BOLT");
  const uint64_t id = story.IdOf(Record::kProduct, "BOLT");
  const auto kept = [&](uint64_t order) {
    const auto parts = story.trade().stock.Get(id, View::kCommitted).demand;
    return std::count_if(parts.begin(), parts.end(),
                         [&](const DemandInfo& part) { return part.key == order; });
  };
  const auto orders = story.trade().documents.OrdersOf(
      story.trade().catalogue.ClientByCode("C-1", View::kCommitted)->id, View::kCommitted);
  ASSERT_EQ(orders.size(), 2U);
  for (int i = 0; i < 16; ++i) {
    story.Say("order C-1: BOLT 1");
    story.Say("cancel " + std::to_string(1003 + i) + " only a look");
  }
  EXPECT_EQ(kept(orders[0].key), 0);
  EXPECT_EQ(kept(orders[1].key), 2) << "what is still reserved keeps the rest of its order";
  EXPECT_EQ(story.Say("available BOLT"), available);
}

TEST(Catalogue, FollowsKeysThatChange) {
  Story story;
  WithStock(story);
  v1::Product renamed;
  renamed.set_sku("BOLT-NEW");
  renamed.set_unit("H87");
  const uint64_t id = story.IdOf(Record::kProduct, "BOLT");
  ASSERT_TRUE(
      story.store()
          .Write([&](store::Transaction& transaction) {
            return PutRecord(transaction, Record::kProduct, id, renamed, "warehouse/x").status();
          })
          .ok());
  EXPECT_EQ(ReasonOf(story.Tell("available BOLT").status()), "PRODUCT_NOT_FOUND");
  EXPECT_TRUE(story.Tell("available BOLT-NEW").ok());
  story.Say("delete product BOLT");
  EXPECT_EQ(ReasonOf(story.Tell("available BOLT-NEW").status()), "PRODUCT_NOT_FOUND");
}

}  // namespace
}  // namespace entrepot::trade
