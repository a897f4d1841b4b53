// What goes wrong between a hub and a sink: answers lost or not saved, mistakes in the connector,
// clocks, and what a person does about it.
#include <signal.h>
#include <sys/resource.h>

#include "tests/unit/sync/dispatcher_fixture.h"

namespace entrepot::sync {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using enum store::DeliveryState;

TEST_F(DispatcherTest, WhatAPersonDiscardsAfterALostAnswerCountsAsDelivered) {
  system_->manifest.set_finds(false);
  system_->fates = {Fate::kLoseAnswer};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  ASSERT_THAT(Letters(), SizeIs(1));
  EnterClient("C1", "Anna A.", id);
  Work();
  const store::DeadLetter letter = Letters()[0];
  ASSERT_TRUE(
      store_->Write([&](store::Transaction& tx) { return DiscardLetter(tx, letter); }).ok());
  Work();
  EXPECT_THAT(Letters(), IsEmpty());
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(system_->held["C1"].revision, 2);
}

TEST_F(DispatcherTest, AReplayedLetterSendsNothingWhoseOutcomeIsUnknown) {
  system_->fates = {Fate::kRefuse, Fate::kAnswerUnknown};
  system_->find_fails = true;
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EnterClient("C1", "Anna A.", id);
  Work();
  ASSERT_EQ(DeliveryOf(id).state, kUnknown);
  ASSERT_THAT(Letters(), SizeIs(1));
  Replay replay(Options(), &plan_);
  ASSERT_TRUE(replay.DeadLetters({}, false).ok());
  clock_.Advance(absl::Minutes(10));
  Work();
  EXPECT_THAT(system_->applies, SizeIs(2)) << "it is looked up before anything is sent again";
  system_->find_fails = false;
  clock_.Advance(absl::Minutes(10));
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
}

TEST_F(DispatcherTest, ALostUpdateOfWhatWasAlwaysThereIsSentAgain) {
  // The shop brought the client itself, and does not keep the hub's revisions.
  system_->tells_revisions = false;
  system_->held["C1"].outside_id = "out-C1";
  Work();
  uint64_t id = 0;
  v1::Client client;
  client.set_code("C1");
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) -> absl::Status {
                    const auto put = tx.Put(
                        {.kind = v1::Record::kClient, .body = &client, .origin = "shop/clients"});
                    id = put->id;
                    return tx.Bind("shop", v1::Record::kClient, "out-C1", id);
                  })
                  .ok());
  system_->fates = {Fate::kLoseRequest};
  EnterClient("C1", "Anna", id);
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(system_->held["C1"].last.record().client().name(), "Anna");
}

TEST_F(DispatcherTest, WhatWasSentUnderAnOlderKeyIsLookedUpUnderIt) {
  system_->fates = {Fate::kLoseAnswer};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EnterClient("C9", "Anna", id);
  clock_.Advance(absl::Minutes(1));
  Work();
  ASSERT_THAT(system_->applies, SizeIs(2));
  EXPECT_EQ(system_->applies[1].items(0).outside_id(), "out-C1") << "not a second client";
}

TEST_F(DispatcherTest, AnAnswerThatCannotBeSavedIsLookedUp) {
  const uint64_t id = EnterClient("C1", "Anna");
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {};
  getrlimit(RLIMIT_FSIZE, &limit);
  system_->after_apply = [&] {
    const struct rlimit full = {.rlim_cur = 1, .rlim_max = limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);  // no file takes anything more
  };
  absl::Status failed;
  for (int i = 0; i < 10 && failed.ok(); ++i) failed = dispatcher_->Round().status();
  setrlimit(RLIMIT_FSIZE, &limit);
  system_->after_apply = nullptr;
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(DeliveryOf(id).state, kInFlight);
  Work();
  EXPECT_GE(system_->finds, 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(DispatcherTest, ASinkThatTakesFewAtATimeGetsThemAll) {
  system_->applies_at_most = 1;
  for (int i = 0; i < 6; ++i) EnterClient("C" + std::to_string(i), "x");
  Work();
  EXPECT_THAT(system_->held, SizeIs(6));
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(DispatcherTest, ASinkThatAnswersNothingIsNotAskedForEver) {
  system_->applies_at_most = 0;
  const uint64_t id = EnterClient("C1", "x");
  for (int i = 0; i < 5; ++i) {
    Work();
    clock_.Advance(absl::Minutes(10));
  }
  EXPECT_EQ(DeliveryOf(id).state, kRejected);
  EXPECT_THAT(system_->applies, SizeIs(3));
}

TEST_F(DispatcherTest, OneThatFindStumblesOnDoesNotHoldUpTheOthers) {
  system_->fates = {Fate::kLoseAnswer};
  system_->stumbles_on = "C1";
  const uint64_t first = EnterClient("C1", "Anna");
  const uint64_t second = EnterClient("C2", "Boris");
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(DeliveryOf(second).state, kDelivered);
  EXPECT_EQ(DeliveryOf(first).state, kUnknown);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].record_id, first);
  EXPECT_THAT(Letters()[0].reason, HasSubstr("a mistake in find"));
  const uint64_t third = EnterClient("C3", "Clara");
  Work();
  EXPECT_EQ(DeliveryOf(third).state, kDelivered);
}

TEST_F(DispatcherTest, AClockThatIsSetBackHoldsNothingUp) {
  system_->manifest.mutable_settle()->set_seconds(60);
  system_->fates = {Fate::kAnswerUnknown, Fate::kNotSent, Fate::kLoseRequest};
  system_->hides = true;
  const uint64_t unknown = EnterClient("C1", "Anna");
  Work();
  const uint64_t later = EnterClient("C2", "Boris");
  Work();
  EnterClient("C3", "Clara");
  Work();
  ASSERT_TRUE(dispatcher_->state().pausing);
  clock_.Advance(-absl::Hours(48));
  Work();
  EXPECT_EQ(DeliveryOf(later).state, kDelivered);
  EXPECT_EQ(DeliveryOf(unknown).state, kUnknown) << "it may still take effect";
  clock_.Advance(absl::Seconds(61));
  system_->hides = false;
  Work();
  EXPECT_EQ(DeliveryOf(unknown).state, kDelivered);
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(DispatcherTest, APauseIsBoundedWhateverTheOtherSideAsksFor) {
  system_->fates = {Fate::kLoseRequest, Fate::kLoseRequest};
  system_->retry_after = absl::ZeroDuration();
  EnterClient("C1", "Anna");
  Work();
  EXPECT_GE(dispatcher_->state().paused_until - clock_.Now(), absl::Milliseconds(500));
  system_->retry_after = absl::Hours(1'000'000);
  clock_.Advance(absl::Minutes(1));
  Work();
  ASSERT_TRUE(dispatcher_->state().pausing);
  EXPECT_LE(dispatcher_->state().paused_until - clock_.Now(), absl::Hours(1));
}

}  // namespace
}  // namespace entrepot::sync
