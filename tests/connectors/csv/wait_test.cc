// A file that arrives ends the waiting; everything else does not.
#include <gtest/gtest.h>

#include <thread>

#include "drop.h"

namespace entrepot::test {
namespace {

constexpr int64_t kLongMs = 60'000;

class CsvWait : public DropTest {
 protected:
  // Whether there may be something to read.
  bool Wait(int64_t timeout_ms) {
    bool changed = false;
    outcome_ = plugin_->Wait(timeout_ms, &changed);
    return changed;
  }
  Outcome outcome_;
};

TEST_F(CsvWait, BeginsWithALookAndThenEndsWithItsTime) {
  ASSERT_TRUE(Open().ok());
  EXPECT_TRUE(Wait(kLongMs));  // what came before is not known
  EXPECT_FALSE(Wait(1));
  EXPECT_TRUE(outcome_.ok());
}

TEST_F(CsvWait, SeesWhatArrivedBetweenTwoCalls) {
  ASSERT_TRUE(Open().ok());
  Wait(1);
  Drop("stock-1.csv", "sku;n\nA;1\n");
  EXPECT_TRUE(Wait(kLongMs));
  EXPECT_FALSE(Wait(1));  // it is seen once
  Drop("part.tmp", "x");
  std::filesystem::rename(folder_ / "part.tmp", folder_ / "stock-2.csv");
  EXPECT_TRUE(Wait(kLongMs));
}

TEST_F(CsvWait, EndsWhenAFileArrivesMeanwhile) {
  ASSERT_TRUE(Open().ok());
  Wait(1);
  std::thread program([this] { Drop("stock-1.csv", "sku;n\nA;1\n"); });
  EXPECT_TRUE(Wait(kLongMs));
  program.join();
}

TEST_F(CsvWait, LeavesOtherFilesAlone) {
  ASSERT_TRUE(Open().ok());
  Wait(1);
  Drop("prices.csv", "sku;price\n");
  EXPECT_FALSE(Wait(1));
}

TEST_F(CsvWait, ReadingDoesNotWakeIt) {
  ASSERT_TRUE(Open({}, {{"settle", "0"}}).ok());
  Wait(1);
  Drop("stock-1.csv", "sku;n\nA;1\n");
  EXPECT_TRUE(Wait(kLongMs));
  EXPECT_EQ(Sync().size(), 1u);
  Sync();
  EXPECT_FALSE(Wait(1));
}

TEST_F(CsvWait, EndsWhenInterrupted) {
  ASSERT_TRUE(Open().ok());
  Wait(1);
  std::thread hub([this] { plugin_->Interrupt(); });
  // The interrupt may come before the call begins: then it ends the call as if time were over.
  EXPECT_FALSE(Wait(kLongMs));
  hub.join();
}

TEST_F(CsvWait, FindsTheFolderThatTookTheOldOnesPlace) {
  ASSERT_TRUE(Open().ok());
  Wait(1);
  const std::filesystem::path old = folder_.string() + ".old";
  std::filesystem::rename(folder_, old);
  EXPECT_TRUE(Wait(kLongMs));
  EXPECT_FALSE(Wait(1));
  EXPECT_EQ(outcome_.status, ENTREPOT_UNAVAILABLE);
  EXPECT_NE(outcome_.message.find(folder_.string()), std::string::npos);
  std::filesystem::create_directory(folder_);
  EXPECT_TRUE(Wait(kLongMs));
  std::filesystem::remove_all(old);
}

}  // namespace
}  // namespace entrepot::test
