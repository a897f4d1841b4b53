// Sinks after a backup was restored: what the lost time delivered is found, not made again.
#include "core/store/backup.h"
#include "tests/unit/sync/dispatcher_fixture.h"

namespace entrepot::sync {
namespace {

using enum store::DeliveryState;

class RestoredTest : public DispatcherTest {
 protected:
  void BackUp() {
    const auto made = store::BackUp({.folder = folder_, .file = Backup(), .now = clock_.Now()});
    ASSERT_TRUE(made.ok()) << made.status();
  }
  void KillAndRestore() {
    dispatcher_.reset();
    store_.reset();
    clock_.Advance(absl::Hours(1));
    const auto restored =
        store::Restore({.folder = folder_, .file = Backup(), .now = clock_.Now()});
    ASSERT_TRUE(restored.ok()) << restored.status();
    OpenStore();
    StartHub();
  }
  std::filesystem::path Backup() const { return folder_ / "backup.db"; }
  uint64_t DeadLetters() { return *Read()->CountDeadLetters(""); }
};

TEST_F(RestoredTest, WhatWasPendingAndDeliveredSinceIsFound) {
  const uint64_t id = EnterClient("C-1", "One");
  ASSERT_TRUE(dispatcher_->Round().ok());
  BackUp();
  Work();
  ASSERT_EQ(WritesOf("C-1"), 1);
  KillAndRestore();
  Work();
  EXPECT_EQ(WritesOf("C-1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(DeliveryOf(id).outside_id, "out-C-1");
}

TEST_F(RestoredTest, WhatWasPendingAndNeverSentIsSent) {
  const uint64_t id = EnterClient("C-1", "One");
  BackUp();
  KillAndRestore();
  Work();
  EXPECT_EQ(WritesOf("C-1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
}

TEST_F(RestoredTest, ARecordMadeAgainIsFoundByItsKeyAndBroughtUpToDate) {
  for (const bool tells : {true, false}) {
    system_->tells_revisions = tells;
    const std::string code = tells ? "C-1" : "C-2";
    std::filesystem::remove(Backup());
    BackUp();
    EnterClient(code, "As it was");
    Work();
    KillAndRestore();
    const uint64_t id = EnterClient(code, "As it is");
    Work();
    EXPECT_EQ(WritesOf(code), 2);
    EXPECT_EQ(system_->held[code].last.outside_id(), "out-" + code) << "made a second time";
    EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  }
}

TEST_F(RestoredTest, ARecordMadeAgainWithTheSameContentIsLeftAlone) {
  system_->compares = true;
  BackUp();
  EnterClient("C-1", "One");
  Work();
  KillAndRestore();
  const uint64_t id = EnterClient("C-1", "One");
  Work();
  EXPECT_EQ(WritesOf("C-1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
}

TEST_F(RestoredTest, ARevisionThatIsLostGoesToAPerson) {
  const uint64_t id = EnterClient("C-1", "One");
  ASSERT_TRUE(dispatcher_->Round().ok());
  BackUp();
  Work();
  EnterClient("C-1", "Two", id);
  Work();
  KillAndRestore();
  Work();
  EXPECT_EQ(WritesOf("C-1"), 2);
  EXPECT_EQ(DeliveryOf(id).state, kUnknown);
  EXPECT_EQ(DeadLetters(), 1);
  EXPECT_THAT(DeliveryOf(id).error, testing::HasSubstr("revision 2"));
}

TEST_F(RestoredTest, ANewRevisionIsNotTakenForALostOne) {
  const uint64_t id = EnterClient("C-1", "One");
  Work();
  BackUp();
  EnterClient("C-1", "Lost", id);
  Work();
  KillAndRestore();
  EnterClient("C-1", "New", id);
  Work();
  EXPECT_EQ(system_->held["C-1"].last.record().client().name(), "New");
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(DeadLetters(), 0);
}

TEST_F(RestoredTest, ADeadLetterOfTheBackupIsLookedUpBeforeItIsSentAgain) {
  const uint64_t id = EnterClient("C-1", "One");
  system_->fates = {Fate::kRefuse};
  Work();
  BackUp();
  ASSERT_EQ(DeadLetters(), 1);
  const auto replay = [&] {
    const auto letters = *Read()->ListDeadLetters("", {});
    Replay replay({.store = store_.get(), .limits = &config_.limits()}, &plan_);
    EXPECT_TRUE(replay.DeadLetters(std::vector{letters.front().id}, false).ok());
  };
  replay();
  Work();
  ASSERT_EQ(WritesOf("C-1"), 1);
  KillAndRestore();
  replay();
  Work();
  EXPECT_EQ(WritesOf("C-1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
}

TEST_F(RestoredTest, EachRecordIsLookedUpOnce) {
  const uint64_t id = EnterClient("C-1", "One");
  Work();
  BackUp();
  KillAndRestore();
  EnterClient("C-1", "Two", id);
  Work();
  const int finds = system_->finds;
  EXPECT_EQ(finds, 1);
  EnterClient("C-1", "Three", id);
  Work();
  EXPECT_EQ(system_->finds, finds);
  EXPECT_EQ(WritesOf("C-1"), 3);
}

TEST_F(RestoredTest, ASinkThatCannotFindGetsWhatIsNewAndAPersonTheRest) {
  system_->manifest.set_finds(false);
  const uint64_t delivered = EnterClient("C-1", "One");
  Work();
  const uint64_t open = EnterClient("C-2", "Two");
  BackUp();
  KillAndRestore();
  EnterClient("C-1", "Uno", delivered);
  const uint64_t made = EnterClient("C-3", "Three");
  Work();
  EXPECT_EQ(DeliveryOf(delivered).state, kDelivered);
  EXPECT_EQ(DeliveryOf(made).state, kDelivered);
  EXPECT_EQ(DeliveryOf(open).state, kUnknown);
  EXPECT_EQ(WritesOf("C-2"), 0);
  EXPECT_EQ(DeadLetters(), 1);
}

}  // namespace
}  // namespace entrepot::sync
