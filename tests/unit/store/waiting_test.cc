// Identity, and the books of rows that wait for it or for a person.
#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class Waiting : public StoreTest {
 protected:
  static ParkedItem Parked(const std::string& outside_id, const std::string& waits_for,
                           const std::string& dataset = "warehouse/stock") {
    return {.source = {.dataset = dataset,
                       .outside_id = outside_id,
                       .location = "stock.csv",
                       .line = 7,
                       .column = 3,
                       .raw = "raw \xff",
                       .row = std::string("row\0x", 5)},
            .waits_for_kind = "client",
            .waits_for_key = waits_for,
            .parked_at = absl::FromUnixSeconds(100)};
  }

  static DeadLetter Letter(const std::string& outside_id, const std::string& reason,
                           const std::string& dataset = "warehouse/stock") {
    return {.source = Parked(outside_id, "", dataset).source,
            .field = "on_hand",
            .reason = reason,
            .died_at = absl::FromUnixSeconds(200)};
  }

  uint64_t Park(const ParkedItem& item) {
    uint64_t id = 0;
    Write([&](Transaction& transaction) {
      auto result = transaction.Park(item);
      if (result.ok()) id = *result;
      return result.status();
    });
    return id;
  }

  uint64_t Bury(const DeadLetter& letter) {
    uint64_t id = 0;
    Write([&](Transaction& transaction) {
      auto result = transaction.Bury(letter);
      if (result.ok()) id = *result;
      return result.status();
    });
    return id;
  }

  void Bind(const std::string& connection, const std::string& outside_id, uint64_t record_id) {
    Write([&](Transaction& transaction) {
      return transaction.Bind(connection, kClient, outside_id, record_id);
    });
  }

  std::vector<std::string> Queued() {
    std::vector<std::string> ids;
    Write([&](Transaction& transaction) {
      const auto items = transaction.TakeQueued(100);
      for (const ParkedItem& item : *items) ids.push_back(item.source.outside_id);
      return items.status();
    });
    return ids;
  }
};

TEST_F(Waiting, BindingsResolveByConnectionKindAndOutsideId) {
  const uint64_t id = Put(ClientNamed("C-1", "one"))->id;
  Bind("shop", "17", id);
  Bind("shop", "18", id);
  Bind("erp", "17", id + 100);
  EXPECT_EQ(*Read()->FindBinding("shop", kClient, "17"), id);
  EXPECT_EQ(store_->ResolveBinding("shop", kClient, "17"), id);
  EXPECT_EQ(store_->ResolveBinding("erp", kClient, "17"), id + 100);
  EXPECT_EQ(store_->ResolveBinding("shop", kStockLevel, "17"), std::nullopt);
  EXPECT_EQ(store_->ResolveBinding("other", kClient, "17"), std::nullopt);
  EXPECT_EQ(*Read()->FindBinding("other", kClient, "17"), std::nullopt);
  EXPECT_THAT(*Read()->BindingsOf(id), ElementsAre(Pair("shop", "17"), Pair("shop", "18")));
  Bind("shop", "17", id + 200);  // bound anew
  Open();
  EXPECT_EQ(store_->ResolveBinding("shop", kClient, "17"), id + 200);
  EXPECT_THAT(*Read()->BindingsOf(id), ElementsAre(Pair("shop", "18")));
}

TEST_F(Waiting, KeysOfOneTextResolveAndComeBackAfterAReopening) {
  const uint64_t id = Put(ClientNamed("C-1", "one"))->id;
  EXPECT_EQ(store_->ResolveKeyText(kClient, "C-1"), id);
  EXPECT_EQ(store_->ResolveKeyText(kClient, "C-2"), std::nullopt);
  Open();
  EXPECT_EQ(store_->ResolveKeyText(kClient, "C-1"), id);
}

TEST_F(Waiting, OtherThreadsResolveWhatIsCommittedAndTheTransactionItsOwnToo) {
  Write([&](Transaction& transaction) {
    const uint64_t id = PutIn(transaction, ClientNamed("C-1", "one"))->id;
    EXPECT_TRUE(transaction.Bind("shop", kClient, "17", id).ok());
    EXPECT_EQ(*transaction.FindBinding("shop", kClient, "17"), id);
    EXPECT_EQ(store_->ResolveBinding("shop", kClient, "17"), std::nullopt);
    EXPECT_EQ(store_->ResolveKeyText(kClient, "C-1"), std::nullopt);
    return absl::OkStatus();
  });
  EXPECT_NE(store_->ResolveBinding("shop", kClient, "17"), std::nullopt);
}

TEST_F(Waiting, WhatIsRolledBackIsNotBound) {
  ASSERT_FALSE(store_
                   ->Write([&](Transaction& transaction) {
                     EXPECT_TRUE(transaction.Bind("shop", kClient, "17", 1).ok());
                     EXPECT_TRUE(PutIn(transaction, ClientNamed("C-1", "one")).ok());
                     return absl::CancelledError("undo");
                   })
                   .ok());
  EXPECT_EQ(store_->ResolveBinding("shop", kClient, "17"), std::nullopt);
  EXPECT_EQ(store_->ResolveKeyText(kClient, "C-1"), std::nullopt);
  EXPECT_EQ(*Read()->FindBinding("shop", kClient, "17"), std::nullopt);
  Bind("shop", "17", 2);
  EXPECT_EQ(store_->ResolveBinding("shop", kClient, "17"), 2u);
}

TEST_F(Waiting, ParkedItemsComeBackAsTheyWere) {
  const uint64_t id = Park(Parked("A", "C-9"));
  const auto items = Read()->ListParked({});
  ASSERT_THAT(*items, SizeIs(1));
  const ParkedItem& item = items->front();
  EXPECT_EQ(item.id, id);
  EXPECT_EQ(item.source.dataset, "warehouse/stock");
  EXPECT_EQ(item.source.outside_id, "A");
  EXPECT_EQ(item.source.location, "stock.csv");
  EXPECT_EQ(item.source.line, 7u);
  EXPECT_EQ(item.source.column, 3u);
  EXPECT_EQ(item.source.raw, "raw \xff");
  EXPECT_EQ(item.source.row, std::string("row\0x", 5));
  EXPECT_EQ(item.waits_for_kind, "client");
  EXPECT_EQ(item.waits_for_key, "C-9");
  EXPECT_EQ(item.parked_at, absl::FromUnixSeconds(100));
}

TEST_F(Waiting, ABindingQueuesTheWaitersOfItsConnection) {
  Park(Parked("A", "17"));
  Park(Parked("B", "18"));
  Park(Parked("C", "17", "shop/orders"));
  Park(Parked("D", "17"));
  EXPECT_THAT(Queued(), IsEmpty());
  Bind("warehouse", "17", 1);
  EXPECT_THAT(Queued(), ElementsAre("A", "D"));
}

TEST_F(Waiting, ANewRecordQueuesThoseWhoWaitForItsKeyAfterAReopeningToo) {
  Park(Parked("A", "C-1"));
  Park(Parked("C", "C-1", "shop/orders"));
  Open();
  ASSERT_TRUE(Put(ClientNamed("C-2", "other")).ok());
  EXPECT_THAT(Queued(), IsEmpty());
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  EXPECT_THAT(Queued(), ElementsAre("A", "C"));
}

TEST_F(Waiting, ARecordThatTakesTheAwaitedKeyQueuesItsWaiters) {
  Park(Parked("A", "C-1"));
  const uint64_t id = Put(ClientNamed("C-2", "one"))->id;
  ASSERT_TRUE(Put(ClientNamed("C-1", "one"), id).ok());
  EXPECT_THAT(Queued(), ElementsAre("A"));
}

TEST_F(Waiting, ARolledBackKeyQueuesNobody) {
  Park(Parked("A", "C-1"));
  ASSERT_FALSE(store_
                   ->Write([&](Transaction& transaction) {
                     EXPECT_TRUE(PutIn(transaction, ClientNamed("C-1", "one")).ok());
                     return absl::CancelledError("undo");
                   })
                   .ok());
  EXPECT_THAT(Queued(), IsEmpty());
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  EXPECT_THAT(Queued(), ElementsAre("A"));
}

TEST_F(Waiting, AnItemWhoseKeyIsThereAlreadyIsQueuedAtOnce) {
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  Bind("warehouse", "17", 1);
  Park(Parked("A", "C-1"));
  Park(Parked("B", "17"));
  Park(Parked("C", "17", "shop/orders"));
  EXPECT_THAT(Queued(), ElementsAre("A", "B"));
}

TEST_F(Waiting, AnItemThatWaitsForAnUnknownKindIsRefused) {
  ParkedItem item = Parked("A", "1");
  item.waits_for_kind = "clientt";
  const absl::Status status =
      store_->Write([&](Transaction& transaction) { return transaction.Park(item).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Waiting, TheNewestIsKeptForAnOutsideId) {
  const uint64_t first = Park(Parked("A", "C-1"));
  EXPECT_EQ(Park(Parked("A", "C-2")), first);
  EXPECT_EQ(Read()->ListParked({})->front().waits_for_key, "C-2");
  Bury(Letter("A", "no number"));  // worse news of the same row
  EXPECT_EQ(*Read()->CountParked(""), 0u);
  EXPECT_EQ(*Read()->CountDeadLetters(""), 1u);
  const uint64_t letter = Bury(Letter("A", "still no number"));
  EXPECT_EQ(*Read()->CountDeadLetters(""), 1u);
  EXPECT_EQ((*Read()->GetDeadLetter(letter))->reason, "still no number");
  Park(Parked("A", "C-3"));
  EXPECT_EQ(*Read()->CountDeadLetters(""), 0u);
  EXPECT_EQ(*Read()->CountParked("warehouse/stock"), 1u);
}

TEST_F(Waiting, RowsWithoutAKeyAreToldApartByTheirPlace) {
  DeadLetter letter = Letter("", "the key is missing");
  Bury(letter);
  Bury(letter);
  letter.source.line = 8;
  Bury(letter);
  EXPECT_EQ(*Read()->CountDeadLetters("warehouse/stock"), 2u);
}

TEST_F(Waiting, ASuccessRemovesWhatStandsForTheKey) {
  Park(Parked("A", "C-1"));
  Bury(Letter("B", "no number"));
  Write([&](Transaction& transaction) {
    EXPECT_TRUE(*transaction.Forget("warehouse/stock", "A"));
    EXPECT_TRUE(*transaction.Forget("warehouse/stock", "B"));
    EXPECT_FALSE(*transaction.Forget("warehouse/stock", "B"));
    EXPECT_FALSE(*transaction.Forget("shop/orders", "A"));
    return absl::OkStatus();
  });
  EXPECT_EQ(*Read()->CountParked("") + *Read()->CountDeadLetters(""), 0u);
}

TEST_F(Waiting, ItemsAreRemovedById) {
  const uint64_t item = Park(Parked("A", "C-1"));
  const uint64_t letter = Bury(Letter("B", "no number"));
  Write([&](Transaction& transaction) {
    EXPECT_TRUE(transaction.RemoveParked(item).ok());
    return transaction.RemoveDeadLetter(letter);
  });
  EXPECT_THAT(*Read()->ListParked({}), IsEmpty());
  EXPECT_EQ(*Read()->GetDeadLetter(letter), std::nullopt);
}

TEST_F(Waiting, BothBooksAreListedByPagesAndByDataset) {
  for (int i = 0; i < 5; ++i) {
    const std::string dataset = i % 2 == 0 ? "a/x" : "b/y";
    Park(Parked("P" + std::to_string(i), "C-1", dataset));
    DeadLetter letter = Letter("L" + std::to_string(i), "broken", dataset);
    letter.replays = static_cast<uint32_t>(i);
    letter.record_id = static_cast<uint64_t>(i);
    Bury(letter);
  }
  const auto snapshot = Read();
  const auto page = snapshot->ListParked({.limit = 2});
  ASSERT_THAT(*page, SizeIs(2));
  EXPECT_EQ((*snapshot->ListParked({.after = page->back().id, .limit = 9}))[0].source.outside_id,
            "P2");
  EXPECT_EQ((*snapshot->ListParked({.limit = 1, .newest_first = true}))[0].source.outside_id, "P4");
  EXPECT_EQ(*snapshot->CountParked("a/x"), 3u);
  const auto letters = snapshot->ListDeadLetters("b/y", {.newest_first = true});
  ASSERT_THAT(*letters, SizeIs(2));
  EXPECT_EQ(letters->front().source.outside_id, "L3");
  EXPECT_EQ(letters->front().replays, 3u);
  EXPECT_EQ(letters->front().record_id, 3u);
  EXPECT_EQ(letters->front().field, "on_hand");
  EXPECT_EQ(letters->front().died_at, absl::FromUnixSeconds(200));
  EXPECT_EQ(*snapshot->CountDeadLetters("a/x"), 3u);
  EXPECT_THAT(*snapshot->ListDeadLetters("", {}), SizeIs(5));
}

}  // namespace
}  // namespace entrepot::store
