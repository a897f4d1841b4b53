// The change log: reading it on, history, waiting for it, and what is thinned.
#include <thread>

#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ChangeLog : public StoreTest {
 protected:
  static std::vector<uint64_t> Seqs(const std::vector<LogEntry>& entries) {
    std::vector<uint64_t> seqs;
    for (const LogEntry& entry : entries) seqs.push_back(entry.seq);
    return seqs;
  }
};

TEST_F(ChangeLog, IsGaplessAcrossKindsAndRows) {
  for (int round = 0; round < 3; ++round) {
    Write([&](Transaction& transaction) {
      for (int i = 0; i < 700; ++i) {
        const std::string name = std::to_string(round);
        const auto result = i % 100 == 0
                                ? PutIn(transaction, ClientNamed("C-" + std::to_string(i), name))
                                : PutIn(transaction, StockOf(1 + i, 1, round));
        if (!result.ok()) return result.status();
      }
      return absl::OkStatus();
    });
  }
  const Snapshot snapshot = Read();
  uint64_t after = 0;
  for (;;) {
    const auto entries = snapshot->ReadLog(after, 333);
    ASSERT_TRUE(entries.ok()) << entries.status();
    if (entries->empty()) break;
    for (const LogEntry& entry : *entries) {
      ASSERT_EQ(entry.seq, ++after);
      ASSERT_EQ(entry.previous_seq, entry.seq > 700 ? entry.seq - 700 : 0);
    }
  }
  EXPECT_EQ(after, 2100u);
  EXPECT_EQ(store_->log_head(), 2100u);
}

TEST_F(ChangeLog, EntriesCarryTheRevision) {
  const auto client = Put(ClientNamed("C-1", "one"), 0, "w/clients");
  clock_.Advance(absl::Seconds(5));
  ASSERT_TRUE(Delete(kClient, client->id).ok());
  const auto entries = Read()->ReadLog(0, 10);
  ASSERT_THAT(*entries, SizeIs(2));
  EXPECT_EQ((*entries)[0].origin, "w/clients");
  EXPECT_EQ((*entries)[0].kind, kClient);
  EXPECT_EQ((*entries)[0].revision, 1u);
  EXPECT_FALSE((*entries)[0].deleted);
  v1::Client body;
  EXPECT_TRUE(body.ParseFromString((*entries)[0].body));
  EXPECT_EQ(body.name(), "one");
  EXPECT_EQ((*entries)[1].record_id, client->id);
  EXPECT_TRUE((*entries)[1].deleted);
  EXPECT_EQ((*entries)[1].body, (*entries)[0].body);
  EXPECT_EQ((*entries)[1].at - (*entries)[0].at, absl::Seconds(5));
}

TEST_F(ChangeLog, ReadsFromAnyPlaceUpToTheLimit) {
  Write([&](Transaction& transaction) {
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(PutIn(transaction, StockOf(1, 1, i)).ok());
    }
    return absl::OkStatus();
  });
  EXPECT_THAT(Seqs(*Read()->ReadLog(4, 3)), ElementsAre(5, 6, 7));
  EXPECT_THAT(Seqs(*Read()->ReadLog(8, 100)), ElementsAre(9, 10));
  EXPECT_THAT(*Read()->ReadLog(10, 5), IsEmpty());
  EXPECT_THAT(*Read()->ReadLog(99, 5), IsEmpty());
  EXPECT_THAT(*Read()->ReadLog(0, 0), IsEmpty());
}

TEST_F(ChangeLog, HistoryIsNewestFirstAndLimited) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Put(StockOf(1, 1, i)).ok());
  const auto other = Put(StockOf(2, 1, 1));
  const uint64_t id = other->id - 1;
  EXPECT_THAT(Seqs(*Read()->History(id, 3)), ElementsAre(5, 4, 3));
  EXPECT_THAT(Seqs(*Read()->History(id, 100)), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(*Read()->History(999, 3), IsEmpty());
}

TEST_F(ChangeLog, OldHistoryOfBulkKindsIsThinnedAndThatOfOthersIsKept) {
  const auto client = Put(ClientNamed("C-1", "one"));
  const auto stock = Put(StockOf(1, 1, 1));
  clock_.Advance(absl::Hours(400));
  ASSERT_TRUE(Put(ClientNamed("C-1", "two")).ok());
  ASSERT_TRUE(Put(StockOf(1, 1, 2)).ok());
  clock_.Advance(absl::Hours(400));
  ASSERT_TRUE(store_->Thin().ok());

  const Snapshot snapshot = Read();
  EXPECT_THAT(Seqs(*snapshot->History(stock->id, 10)), ElementsAre(4));
  EXPECT_THAT(Seqs(*snapshot->History(client->id, 10)), ElementsAre(3, 1));
  EXPECT_EQ(Get(stock->id).stock_level().on_hand().units(), 2);
  const auto thinned = snapshot->ReadLog(1, 10);
  EXPECT_EQ(thinned.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReasonOf(thinned.status()), "LOG_THINNED");
  EXPECT_THAT(std::string(thinned.status().message()), HasSubstr("after 1 "));
  EXPECT_THAT(Seqs(*snapshot->ReadLog(2, 10)), ElementsAre(3, 4));
}

TEST_F(ChangeLog, AFullyThinnedLogStillKnowsWhereItStands) {
  const auto stock = Put(StockOf(1, 1, 1));
  clock_.Advance(absl::Hours(800));
  ASSERT_TRUE(store_->Thin().ok());
  Open();
  EXPECT_EQ(store_->log_head(), 1u);
  EXPECT_EQ(Get(stock->id).stock_level().on_hand().units(), 1);
  EXPECT_THAT(Seqs(*Read()->History(stock->id, 10)), ElementsAre(1));
  ASSERT_TRUE(Put(StockOf(1, 1, 2)).ok());
  EXPECT_THAT(Seqs(*Read()->ReadLog(1, 10)), ElementsAre(2));
  EXPECT_THAT(Seqs(*Read()->History(stock->id, 10)), ElementsAre(2, 1));
  // What was left of the old rows goes too, once it is no record any more.
  clock_.Advance(absl::Hours(25));
  ASSERT_TRUE(store_->Thin().ok());
  EXPECT_THAT(Seqs(*Read()->History(stock->id, 10)), ElementsAre(2));
  EXPECT_EQ(Get(stock->id).stock_level().on_hand().units(), 2);
}

TEST_F(ChangeLog, ThinningTakesManySteps) {
  Write([&](Transaction& transaction) {
    for (int i = 0; i < 30'000; ++i) {
      EXPECT_TRUE(PutIn(transaction, StockOf(1 + i, 1, 1)).ok());
    }
    return absl::OkStatus();
  });
  clock_.Advance(absl::Hours(800));
  ASSERT_TRUE(store_->Thin().ok());
  EXPECT_EQ(ReasonOf(Read()->ReadLog(29'999, 1).status()), "LOG_THINNED");
  EXPECT_THAT(*Read()->ReadLog(30'000, 1), IsEmpty());
  Open();
  EXPECT_EQ(*Read()->Count(kStockLevel), 30'000u);
  EXPECT_THAT(*Read()->List(kStockLevel, {.limit = 100'000}), SizeIs(30'000));
  EXPECT_EQ(Put(StockOf(15'000, 1, 2))->id, 15'000u);
}

TEST_F(ChangeLog, WaitingEndsWhenItGrows) {
  std::thread writer([&] { ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok()); });
  EXPECT_EQ(store_->WaitForLog(0, clock_.Now() + absl::Hours(1)), 1u);
  writer.join();
}

TEST_F(ChangeLog, WaitingEndsAtTheDeadline) {
  EXPECT_EQ(store_->WaitForLog(0, clock_.Now() - absl::Seconds(1)), 0u);
  EXPECT_EQ(store_->WaitForLog(0, clock_.Now() + absl::Milliseconds(1)), 0u);
}

TEST_F(ChangeLog, WaitingEndsWhenTheStoreStops) {
  std::thread stopper([&] { store_->Stop(); });
  EXPECT_EQ(store_->WaitForLog(0, absl::InfiniteFuture()), 0u);
  stopper.join();
}

TEST_F(ChangeLog, SubscribersHearOfCommitsThatLengthenIt) {
  std::vector<uint64_t> heads;
  auto subscription = store_->OnCommit([&](uint64_t head) { heads.push_back(head); });
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  Write([](Transaction& transaction) { return transaction.SetCursor("sink:x", "1"); });
  ASSERT_TRUE(Put(ClientNamed("C-1", "two")).ok());
  subscription.reset();
  ASSERT_TRUE(Put(ClientNamed("C-1", "three")).ok());
  EXPECT_THAT(heads, ElementsAre(1, 2));
}

TEST_F(ChangeLog, ASubscriptionMayOutliveTheStore) {
  const auto subscription = store_->OnCommit([](uint64_t) {});
  store_.reset();
}

}  // namespace
}  // namespace entrepot::store
