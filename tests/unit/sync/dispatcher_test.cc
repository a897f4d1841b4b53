#include "core/sync/dispatcher.h"

#include "tests/unit/sync/dispatcher_fixture.h"

namespace entrepot::sync {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using enum store::DeliveryState;

TEST_F(DispatcherTest, DeliversWhatIsNewAndKeepsTheOutsideId) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(system_->held["C1"].last.record().client().name(), "Anna");
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(DeliveryOf(id).delivered_revision, 1);
  EXPECT_EQ(*Read()->FindBinding("shop", v1::Record::kClient, "out-C1"), id);
  EXPECT_EQ(dispatcher_->state().progress.delivered(), 1);
}

TEST_F(DispatcherTest, ANewSinkStartsWithAScanOfAllRecords) {
  EnterClient("C1", "Anna");
  const uint64_t second = EnterClient("C2", "Boris");
  EnterClient("C2", "Boris B.", second);
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(WritesOf("C2"), 1);
  EXPECT_EQ(system_->held["C2"].revision, 2);
}

TEST_F(DispatcherTest, AScanGoesOnWhereAKillInterruptedIt) {
  for (int i = 0; i < 3; ++i) EnterClient("C" + std::to_string(i), "x");
  ASSERT_TRUE(dispatcher_->Round().ok());
  KillHub();
  Work();
  EXPECT_THAT(system_->held, SizeIs(3));
  for (const auto& [key, held] : system_->held) EXPECT_EQ(held.writes, 1) << key;
}

TEST_F(DispatcherTest, SendsTheNewestRevisionOnly) {
  Work();
  const uint64_t id = EnterClient("C1", "Anna");
  EnterClient("C1", "Anna A.", id);
  EnterClient("C1", "Anna B.", id);
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(system_->held["C1"].revision, 3);
}

TEST_F(DispatcherTest, SendsNothingTwiceAfterARestart) {
  EnterClient("C1", "Anna");
  Work();
  KillHub();
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_THAT(system_->applies, SizeIs(1));
}

TEST_F(DispatcherTest, AnUpdateCarriesTheOutsideId) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(system_->held["C1"].last.outside_id(), "out-C1");
  EXPECT_EQ(WritesOf("C1"), 2);
}

TEST_F(DispatcherTest, ALostAnswerIsSettledByFindAndNothingIsDoubled) {
  system_->fates = {Fate::kLoseAnswer};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(DeliveryOf(id).outside_id, "out-C1");
}

TEST_F(DispatcherTest, ALostRequestIsFoundAbsentAndSentAgain) {
  system_->fates = {Fate::kLoseRequest};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kUnknown);
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_GE(system_->finds, 1);
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
}

TEST_F(DispatcherTest, AbsenceCountsOnlyOnceTheWriteCanNoLongerTakeEffect) {
  system_->manifest.mutable_settle()->set_seconds(60);
  system_->fates = {Fate::kAnswerUnknown};
  system_->hides = true;  // it is there, but nobody sees it yet
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  clock_.Advance(absl::Seconds(30));
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kUnknown);
  EXPECT_THAT(system_->applies, SizeIs(1));
  system_->hides = false;
  clock_.Advance(absl::Seconds(31));
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(DispatcherTest, ALostUpdateIsToldApartByItsRevision) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  system_->fates = {Fate::kLoseRequest};
  EnterClient("C1", "Anna A.", id);
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(system_->held["C1"].revision, 2);
  EXPECT_EQ(WritesOf("C1"), 2);
}

TEST_F(DispatcherTest, WhatWasInFlightWhenTheHubDiedIsUnknownAndIsLookedUp) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  // Killed between the commit of "in flight" and the answer, after the other side had written.
  EnterClient("C1", "Anna A.", id);
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) -> absl::Status {
                    store::Delivery delivery = **tx.GetDelivery("shop", id);
                    delivery.state = kInFlight;
                    delivery.revision = 2;
                    return tx.SaveDelivery(delivery);
                  })
                  .ok());
  system_->held["C1"].revision = 2;
  KillHub();
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(DeliveryOf(id).delivered_revision, 2);
}

TEST_F(DispatcherTest, ANewerRevisionWaitsUntilTheUnknownOneIsSettled) {
  system_->fates = {Fate::kAnswerUnknown};
  system_->find_fails = true;
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kUnknown);
  EXPECT_EQ(DeliveryOf(id).revision, 1);
  EXPECT_THAT(system_->applies, SizeIs(1));
  system_->find_fails = false;
  clock_.Advance(absl::Minutes(10));
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(system_->held["C1"].revision, 2);
  EXPECT_EQ(WritesOf("C1"), 2);
}

TEST_F(DispatcherTest, ASinkThatCannotFindHandsTheLostAnswerToAPerson) {
  system_->manifest.set_finds(false);
  system_->fates = {Fate::kLoseAnswer};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  clock_.Advance(absl::Minutes(1));
  Work();
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].record_id, id);
  EXPECT_EQ(Letters()[0].source.outside_id, "C1");
  EXPECT_THAT(Letters()[0].reason, HasSubstr("cannot look it up"));
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_THAT(system_->applies, SizeIs(1)) << "nothing may be sent before the person has looked";
  Replay replay(Options(), &plan_);
  EXPECT_EQ(replay.DeadLetters({}, false)->applied(), 1);
  Work();
  EXPECT_EQ(system_->held["C1"].revision, 2);
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(DispatcherTest, WhatIsRefusedIsADeadLetterUntilItsRecordChanges) {
  system_->fates = {Fate::kRefuse};
  const uint64_t id = EnterClient("C1", "Anna");
  EnterClient("C2", "Boris");
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kRejected);
  EXPECT_EQ(dispatcher_->state().progress.rejected(), 2);
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].source.outside_id, "C2");
}

TEST_F(DispatcherTest, NotFoundOnABoundRecordIsADeadLetterNeverASuccess) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  system_->fates = {Fate::kNotFound};
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kRejected);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_THAT(Letters()[0].reason, HasSubstr("out-C1"));
}

TEST_F(DispatcherTest, WhatIsNotSentIsTriedAgainLaterAndNotForever) {
  system_->fates = {Fate::kNotSent, Fate::kNotSent, Fate::kNotSent};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kPending);
  EXPECT_GT(DeliveryOf(id).due, clock_.Now());
  EXPECT_EQ(dispatcher_->state().error, DeliveryOf(id).error) << "people see why it waits";
  EXPECT_NE(dispatcher_->state().error, "");
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(absl::Minutes(10));
    Work();
  }
  EXPECT_EQ(DeliveryOf(id).state, kRejected);
  EXPECT_THAT(Letters()[0].reason, HasSubstr("delivery_attempts_max"));
  EXPECT_THAT(system_->applies, SizeIs(3));
}

TEST_F(DispatcherTest, AFailedConnectionIsLeftAloneForAWhile) {
  system_->fates = {Fate::kLoseRequest};
  EnterClient("C1", "Anna");
  Work();
  EXPECT_TRUE(dispatcher_->state().pausing);
  EXPECT_THAT(dispatcher_->state().error, HasSubstr("the line went dead"));
  EXPECT_EQ(system_->finds, 0);
  ASSERT_TRUE(dispatcher_->Hurry().ok());
  Work();
  EXPECT_FALSE(dispatcher_->state().pausing);
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(DispatcherTest, ADeletionIsDeliveredOnlyWhereTheRecordIs) {
  const uint64_t known = EnterClient("C1", "Anna");
  Work();
  const uint64_t fleeting = EnterClient("C2", "Boris");
  DeleteClient(fleeting);
  DeleteClient(known);
  Work();
  EXPECT_TRUE(system_->held["C1"].deleted);
  EXPECT_FALSE(system_->held.contains("C2"));
}

TEST_F(DispatcherTest, ARecordWaitsForTheOneItRefersToAndSaysSo) {
  system_->fates = {Fate::kRefuse};
  const uint64_t client = EnterClient("C1", "Anna");
  const uint64_t contract = EnterContract("K1", client);
  Work();
  EXPECT_EQ(DeliveryOf(contract).state, kWaiting);
  EXPECT_EQ(DeliveryOf(contract).waits_for, "client C1");
  EXPECT_THAT(Letters(), SizeIs(1)) << "waiting is no failure";
  EnterClient("C1", "Anna A.", client);
  Work();
  EXPECT_EQ(DeliveryOf(contract).state, kDelivered);
  ASSERT_THAT(system_->held["K1"].last.references(), SizeIs(1));
  EXPECT_EQ(system_->held["K1"].last.references(0).outside_id(), "out-C1");
}

TEST_F(DispatcherTest, ASinkWithoutTheOtherKindGetsItsKeyInstead) {
  Use(kArchive);
  const uint64_t client = EnterClient("C1", "Anna");
  EnterContract("K1", client);
  Work();
  ASSERT_THAT(system_->held["K1"].last.references(), SizeIs(1));
  EXPECT_EQ(system_->held["K1"].last.references(0).record_id(), client);
  EXPECT_EQ(system_->held["K1"].last.references(0).key(), "C1");
  EXPECT_EQ(system_->held["K1"].last.references(0).outside_id(), "");
  EXPECT_FALSE(system_->held.contains("C1"));
}

TEST_F(DispatcherTest, AnAppendOnlySinkGetsTheRevisionThatIsReplaced) {
  system_->manifest.set_append_only(true);
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_FALSE(system_->held["C1"].last.has_replaces());
  EnterClient("C1", "Anna A.", id);
  EnterClient("C1", "Anna B.", id);
  Work();
  const connector::ApplyItem& item = system_->held["C1"].last;
  EXPECT_EQ(item.record().revision(), 3);
  EXPECT_EQ(item.replaces().revision(), 1);
  EXPECT_EQ(item.replaces().client().name(), "Anna");
}

TEST_F(DispatcherTest, WhatTheConnectionItselfBroughtDoesNotGoBackToIt) {
  Work();
  v1::Client client;
  client.set_code("C1");
  ASSERT_TRUE(
      store_
          ->Write([&](store::Transaction& tx) {
            return tx.Put({.kind = v1::Record::kClient, .body = &client, .origin = "shop/clients"})
                .status();
          })
          .ok());
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
}

TEST_F(DispatcherTest, ACallCarriesABoundedNumberOfRecords) {
  config_.mutable_limits()->set_apply_records_max(2);
  for (int i = 0; i < 5; ++i) EnterClient("C" + std::to_string(i), "x");
  Work();
  ASSERT_THAT(system_->applies, SizeIs(3));
  EXPECT_EQ(system_->applies[0].items_size(), 2);
}

TEST_F(DispatcherTest, ANewDatasetOfTheSinkIsScannedAnew) {
  Use(kArchive);
  Work();
  const uint64_t client = EnterClient("C1", "Anna");
  EnterContract("K1", client);
  Work();
  EXPECT_FALSE(system_->held.contains("C1"));
  Use(R"pb(connections {
             key: "archive"
             value {
               connector: "fake"
               datasets {
                 key: "contracts"
                 value { kind: "contract" }
               }
               datasets {
                 key: "clients"
                 value { kind: "client" }
               }
             }
           })pb");
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
  EXPECT_EQ(WritesOf("K1"), 1);
}

}  // namespace
}  // namespace entrepot::sync
