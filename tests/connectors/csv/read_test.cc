// Reading through the loaded connector, as the hub does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drop.h"

namespace entrepot::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReadTest : public DropTest {};

TEST_F(ReadTest, GivesRowsWithPositionsAndTheRawRow) {
  Drop("stock.csv", "sku;name\n1;\"Bolt \"\"M8\"\"\"\n");
  ASSERT_TRUE(Open().ok());
  connector::ReadRequest request;
  request.set_dataset("stock");
  request.set_rows_max(10);
  request.set_bytes_max(1000);
  connector::ReadResponse response;
  ASSERT_TRUE(plugin_->Read(request, &response).ok());
  EXPECT_EQ(response.rows().location(), "stock.csv");
  EXPECT_THAT(response.rows().columns(), ElementsAre("sku", "name"));
  ASSERT_EQ(response.rows().rows_size(), 1);
  const connector::Row& row = response.rows().rows(0);
  EXPECT_THAT(row.cells(), ElementsAre("1", "Bolt \"M8\""));
  EXPECT_THAT(row.positions(), ElementsAre(1, 3));
  EXPECT_EQ(row.raw(), "1;\"Bolt \"\"M8\"\"\"");
  EXPECT_EQ(row.line(), 2u);
}

TEST_F(ReadTest, ReadsFilesOldestFirstAndOnce) {
  Drop("stock-b.csv", "sku;n\n1;10\n");
  Drop("stock-a.csv", "sku;n\n1;20\n2;5\n");
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), ElementsAre("stock-b.csv:2 1,10", "stock-a.csv:2 1,20", "stock-a.csv:3 2,5"));
  EXPECT_THAT(Sync(), IsEmpty());
  Drop("stock-a.csv", "sku;n\n1;30\n");
  EXPECT_THAT(Sync(), ElementsAre("stock-a.csv:2 1,30"));
}

TEST_F(ReadTest, GoesOnInTheMiddleOfAFileAfterARestart) {
  std::string text = "sku;n\n";
  for (int i = 0; i < 10; ++i) text += std::to_string(i) + ";\xC6\n";
  Drop("stock.csv", text);
  std::vector<std::string> all;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Open({{"encoding", "windows-1251"}}).ok());  // nothing is left of the one before
    for (const std::string& row : Sync(false, 3, 1)) all.push_back(row);
  }
  ASSERT_EQ(all.size(), 10u);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(all[i], "stock.csv:" + std::to_string(i + 2) + " " + std::to_string(i) + ",Ж");
  }
}

TEST_F(ReadTest, MarksAFileOfEverythingAsASnapshot) {
  Drop("stock.csv", "sku;n\n1;1\n2;2\n3;3\n");
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  EXPECT_THAT(Sync(false, 2),
              ElementsAre("begin", "stock.csv:2 1,1", "stock.csv:3 2,2", "stock.csv:4 3,3", "end"));
  Drop("stock.csv", "sku;n\n");
  EXPECT_THAT(Sync(), ElementsAre("begin", "end"));
}

TEST_F(ReadTest, ReadsAnInterruptedSnapshotFromItsBeginning) {
  Drop("stock-1.csv", "sku;n\n1;1\n2;2\n3;3\n");
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  EXPECT_THAT(Sync(false, 1, 2), ElementsAre("begin", "stock-1.csv:2 1,1", "stock-1.csv:3 2,2"));
  EXPECT_THAT(Stage("work"), ElementsAre("stock-1.csv"));
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  in_snapshot_ = false;
  EXPECT_EQ(Sync().size(), 5u);
  Sync();
  EXPECT_THAT(Stage("done"), ElementsAre("stock-1.csv"));
}

TEST_F(ReadTest, GivesRowsThatCannotBeReadAsBadRowsOfTheSnapshot) {
  Drop("stock.csv", "sku;n\n1;1\n2\n3;3\n");
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  EXPECT_THAT(Sync(), ElementsAre("begin", "stock.csv:2 1,1", "stock.csv:4 3,3",
                                  HasSubstr("stock.csv:3:2! the row has 1 cells where 2"), "end"));
}

TEST_F(ReadTest, GivesRowsWithInvalidBytesAsBadRows) {
  Drop("stock.csv", "sku;n\n1;1\n2;\x98\n3;3\n");
  ASSERT_TRUE(Open({{"encoding", "windows-1251"}}).ok());
  EXPECT_THAT(Sync(), ElementsAre("stock.csv:2 1,1", "stock.csv:4 3,3",
                                  HasSubstr("stock.csv:3:3! there are bytes here")));
}

TEST_F(ReadTest, PutsAFileWithoutTheKeyAsideAndReadsTheNext) {
  Drop("stock-1.csv", "article,n\n1,1\n");
  Drop("stock-2.csv", "sku;n\n2;2\n");
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), ElementsAre(HasSubstr("stock-1.csv:1:1! the header has no column 'sku'"),
                                  "stock-2.csv:2 2,2"));
  EXPECT_THAT(Stage("rejected"), ElementsAre("stock-1.csv"));
  EXPECT_THAT(Stage("done"), ElementsAre("stock-2.csv"));
}

TEST_F(ReadTest, ReadsEverythingAgainFromTheNewestFullFile) {
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  Drop("stock-1.csv", "sku;n\n1;1\n");
  Drop("stock-2.csv", "sku;n\n2;2\n");
  Sync();
  EXPECT_THAT(Sync(true), ElementsAre("begin", "stock-2.csv:2 2,2", "end"));
  EXPECT_THAT(Sync(), IsEmpty());
  Drop("stock-3.csv", "sku;n\n3;3\n");
  EXPECT_THAT(Sync(true), ElementsAre("begin", "stock-3.csv:2 3,3", "end"));
}

TEST_F(ReadTest, ReadsChangesAgainWithTheLastRowOfEachKey) {
  ASSERT_TRUE(Open().ok());
  Drop("stock-1.csv", "sku;n\n1;1\n2;1\n3;1\n");
  Drop("stock-2.csv", "sku;n\n2;2\n2;3\n");
  Sync();
  EXPECT_THAT(Sync(true, 1),
              ElementsAre("stock-1.csv:2 1,1", "stock-1.csv:4 3,1", "stock-2.csv:3 2,3"));
  Drop("stock-3.csv", "sku;n\n3;4\n");
  EXPECT_THAT(Sync(true), ElementsAre("stock-1.csv:2 1,1", "stock-1.csv:4 3,1", "stock-2.csv:3 2,3",
                                      "stock-3.csv:2 3,4"));
  EXPECT_THAT(Sync(), IsEmpty());
}

TEST_F(ReadTest, GoesOnReadingAgainAfterARestart) {
  ASSERT_TRUE(Open().ok());
  Drop("stock-1.csv", "sku;n\n1;1\n2;1\n3;1\n");
  Drop("stock-2.csv", "sku;n\n2;2\n");
  Sync();
  EXPECT_THAT(Sync(true, 1, 1), ElementsAre("stock-1.csv:2 1,1"));
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), ElementsAre("stock-1.csv:4 3,1", "stock-2.csv:2 2,2"));
  EXPECT_THAT(Sync(), IsEmpty());
}

TEST_F(ReadTest, OnlyLooksInAPreviewAndReadsTheSameAfterIt) {
  ASSERT_TRUE(Open({{"content", "full"}}).ok());
  Drop("stock-1.csv", "sku;n\n1;1\n");
  Sync();
  Sync();
  Drop("stock-2.csv", "sku;n\n1;2\n2;2\n");
  Drop("stock-3.csv", "sku;n\n1;3\n");
  preview_ = true;
  const std::vector<std::string> seen = Sync(false, 1);
  EXPECT_THAT(seen, ElementsAre("begin", "stock-2.csv:2 1,2", "stock-2.csv:3 2,2", "end", "begin",
                                "stock-3.csv:2 1,3", "end"));
  EXPECT_EQ(Sync(false, 1), seen);
  EXPECT_EQ(Sync(true, 1), seen);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "stock-2.csv"));
  EXPECT_THAT(Stage("work"), IsEmpty());
  EXPECT_THAT(Stage("done"), ElementsAre("stock-1.csv"));
  in_snapshot_ = preview_ = false;
  EXPECT_EQ(Sync(false, 1), seen);
}

TEST_F(ReadTest, ReadsAgainWhatAHubRestoredFromABackupHasForgotten) {
  ASSERT_TRUE(Open().ok());
  Drop("stock-1.csv", "sku;n\n1;1\n");
  Sync();
  const std::string backup = committed_;
  Drop("stock-2.csv", "sku;n\n2;2\n");
  Sync();
  committed_ = backup;
  EXPECT_THAT(Sync(), ElementsAre("stock-2.csv:2 2,2"));
}

TEST_F(ReadTest, SaysWhatHappenedToAFileThatVanishedWhileItWasRead) {
  Drop("stock-1.csv", "sku;n\n1;1\n2;2\n3;3\n");
  Drop("stock-2.csv", "sku;n\n4;4\n");
  ASSERT_TRUE(Open().ok());
  Sync(false, 1, 1);
  std::filesystem::remove(folder_ / ".entrepot/work/stock/0000000001-stock-1.csv");
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), ElementsAre(HasSubstr("file number 1:3:0! the file has vanished"),
                                  "stock-2.csv:2 4,4"));
}

TEST_F(ReadTest, ReadsAFileThatWasReplacedFromItsStart) {
  Drop("stock.csv", "sku;n\n1;1\n2;2\n3;3\n");
  ASSERT_TRUE(Open().ok());
  Sync(false, 1, 1);
  std::ofstream(folder_ / ".entrepot/work/stock/0000000001-stock.csv")
      << "sku;n\n7;7\n8;8\n9;9\n0;0\n";
  ASSERT_TRUE(Open({}, {{"settle", "0"}}).ok());
  EXPECT_EQ(Sync().size(), 4u);
}

TEST_F(ReadTest, RefusesACursorThatIsNoneOfItsOwn) {
  ASSERT_TRUE(Open().ok());
  committed_ = "offset=17";
  EXPECT_THAT(Sync(), ElementsAre(HasSubstr("error the cursor 'offset=17'")));
}

TEST_F(ReadTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(Open({{"encoding", "cp1250000"}}).message, HasSubstr("option 'encoding'"));
  EXPECT_THAT(Open({{"delimiter", "::"}}).message, HasSubstr("option 'delimiter'"));
  EXPECT_THAT(Open({{"quote", ";"}}).message, HasSubstr("option 'quote'"));
  EXPECT_THAT(Open({{"columns_max", "0"}}).message, HasSubstr("option 'columns_max'"));
  EXPECT_EQ(Open({{"content", "some"}}).status, ENTREPOT_BAD_CONFIGURATION);
}

TEST_F(ReadTest, SaysWhichFilesWithWhichColumnsThereAre) {
  Drop("stock.csv", "sku;n\n1;1\n");
  Drop("prices.txt", "article,price\n1,2\n");
  Drop("clients.csv", "\xCA\xEE\xE4;\xC8\xED\xED\n1;2\n");
  ASSERT_TRUE(Open().ok());
  connector::DiscoverResponse response;
  ASSERT_TRUE(plugin_->Discover(&response).ok());
  ASSERT_EQ(response.datasets_size(), 3);
  EXPECT_EQ(response.datasets(0).name(), "stock.csv");
  EXPECT_THAT(response.datasets(1).columns(), ElementsAre("Код", "Инн"));
  EXPECT_THAT(response.datasets(2).columns(), ElementsAre("article", "price"));
}

}  // namespace
}  // namespace entrepot::test
