// How files are taken, seen from outside: by what is read and by what lies where.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drop.h"

namespace entrepot::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DropFolderTest : public DropTest {};

TEST_F(DropFolderTest, LeavesFilesAloneThatMayNotBeComplete) {
  Drop("stock.csv.part", "sku;n\n1;1\n");
  Drop("stock.csv", "sku;n\n2;2\n");
  Drop("stock-open.csv", "sku;n\n3;3\n");
  const int writer = open((folder_ / "stock-open.csv").c_str(), O_WRONLY);
  ASSERT_TRUE(Open({{"files", "stock*"}}).status == ENTREPOT_BAD_CONFIGURATION) << "given twice";
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), ElementsAre("stock.csv:2 2,2"));
  close(writer);
  EXPECT_THAT(Sync(), ElementsAre("stock-open.csv:2 3,3"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "stock.csv.part"));
}

TEST_F(DropFolderTest, WaitsForAFileThatHasJustBeenWritten) {
  ASSERT_TRUE(Open({}, {{"settle", "150"}}).ok());
  std::ofstream(folder_ / "stock.csv") << "sku;n\n1;1\n";
  EXPECT_THAT(Sync(), ElementsAre("stock.csv:2 1,1"));
}

TEST_F(DropFolderTest, DoesNotBelieveATimeInTheFuture) {
  Drop("stock.csv", "sku;n\n1;1\n");
  std::filesystem::last_write_time(
      folder_ / "stock.csv", std::filesystem::file_time_type::clock::now() + std::chrono::hours(9));
  ASSERT_TRUE(Open({}, {{"settle", "50"}}).ok());
  EXPECT_THAT(Sync(), ElementsAre("stock.csv:2 1,1"));
}

TEST_F(DropFolderTest, KeepsTheNewestFilesThatWereRead) {
  ASSERT_TRUE(Open({}, {{"keep", "2"}}).ok());
  for (int i = 0; i < 5; ++i) {
    Drop("stock-" + std::to_string(i) + ".csv", "sku;n\n1;1\n");
    Sync();
  }
  EXPECT_THAT(Stage("work"), IsEmpty());
  EXPECT_THAT(Stage("done"), ElementsAre("stock-3.csv", "stock-4.csv"));
}

TEST_F(DropFolderTest, KeepsAFileInWorkUntilTheHubHasCommittedIt) {
  Drop("stock.csv", "sku;n\n1;1\n");
  ASSERT_TRUE(Open().ok());
  Sync(false, 1000, 1);
  EXPECT_THAT(Stage("work"), ElementsAre("stock.csv"));
  Sync();
  EXPECT_THAT(Stage("work"), IsEmpty());
}

TEST_F(DropFolderTest, TakesFilesOfTheSameNameOneAfterTheOther) {
  ASSERT_TRUE(Open().ok());
  Drop("stock.csv", "sku;n\n1;1\n");
  EXPECT_THAT(Sync(false, 1000, 1), ElementsAre("stock.csv:2 1,1"));
  Drop("stock.csv", "sku;n\n1;2\n");
  EXPECT_THAT(Sync(), ElementsAre("stock.csv:2 1,2"));
  EXPECT_THAT(Stage("done"), ElementsAre("stock.csv", "stock.csv"));
}

TEST_F(DropFolderTest, TakesOddNames) {
  Drop("stock с пробелом;'\".csv", "sku;n\n1;1\n");
  Drop("STOCK\xFF\n.CSV", "sku;n\n2;2\n");
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(),
              ElementsAre("stock с пробелом;'\".csv:2 1,1", "STOCK\xEF\xBF\xBD\n.CSV:2 2,2"));
}

TEST_F(DropFolderTest, TakesNoLinksFoldersOrPipes) {
  Drop("other.txt", "sku;n\n1;1\n");
  std::filesystem::create_symlink("other.txt", folder_ / "stock-link.csv");
  std::filesystem::create_directory(folder_ / "stock-folder.csv");
  mkfifo((folder_ / "stock-pipe.csv").c_str(), 0600);
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Sync(), IsEmpty());
  connector::CheckResponse response;
  ASSERT_TRUE(plugin_->Check(&response).ok());
  EXPECT_THAT(response.findings(),
              Contains(HasSubstr("'stock-link.csv' is left alone: it is a symbolic link")));
  EXPECT_THAT(response.findings(), Contains(HasSubstr("no dataset takes 1 file: other.txt")));
}

TEST_F(DropFolderTest, SaysThatTheFolderIsMissing) {
  ASSERT_TRUE(Open({}, {}).ok());
  std::filesystem::remove_all(folder_);
  connector::CheckResponse response;
  const Outcome check = plugin_->Check(&response);
  EXPECT_EQ(check.status, ENTREPOT_UNAVAILABLE);
  EXPECT_THAT(check.message, HasSubstr(folder_.string() + "': No such file or directory"));
  EXPECT_THAT(Sync(), ElementsAre(HasSubstr("error cannot")));
  EXPECT_THAT(Sync(true), ElementsAre(HasSubstr("error cannot")));
  std::filesystem::create_directory(folder_);
}

TEST_F(DropFolderTest, SaysThatTheFolderIsNoFolder) {
  ASSERT_TRUE(Open().ok());
  std::filesystem::remove_all(folder_);
  std::ofstream(folder_) << "x";
  connector::CheckResponse response;
  EXPECT_THAT(plugin_->Check(&response).message, HasSubstr("Not a directory"));
}

TEST_F(DropFolderTest, RefusesAFileThatIsMeantForTwoDatasets) {
  Drop("stock.csv", "sku;n\n1;1\n");
  plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
  connector::OpenRequest request;
  SetOption(request.mutable_options(), "folder", folder_.string());
  for (const char* name : {"stock", "all"}) {
    connector::Dataset* const dataset = request.add_datasets();
    dataset->set_name(name);
    SetOption(dataset->mutable_options(), "files", std::string(name) == "all" ? "*.csv" : "stock*");
  }
  ASSERT_TRUE(plugin_->Open(request).ok());
  EXPECT_THAT(Sync(), ElementsAre(HasSubstr("'stock.csv' fits 'stock*' and another dataset's")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "stock.csv"));
}

}  // namespace
}  // namespace entrepot::test
