// The door: what a put makes of a record.
#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Put : public StoreTest {};

TEST_F(Put, CreatesARecordWithIdsInOrderOfArrival) {
  const auto first = StoreTest::Put(ClientNamed("C-1", "Stroymir"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->outcome, PutOutcome::kCreated);
  EXPECT_EQ(first->revision, 1u);
  const auto second = StoreTest::Put(StockOf(1, 2, 5));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->id, first->id + 1);

  const v1::Record record = Get(first->id);
  EXPECT_EQ(record.client().name(), "Stroymir");
  EXPECT_EQ(record.revision(), 1u);
  EXPECT_EQ(record.origin(), "api:test");
  EXPECT_EQ(record.changed_at().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_FALSE(record.deleted());
  EXPECT_EQ(Get(second->id).stock_level().on_hand().units(), 5);
}

TEST_F(Put, FindsTheRecordByItsKeyAndMakesTheNextRevision) {
  for (const bool bulk : {false, true}) {
    const auto put = [&](int value) {
      return bulk ? StoreTest::Put(StockOf(1, 2, value))
                  : StoreTest::Put(ClientNamed("C-1", std::to_string(value)));
    };
    const auto created = put(1);
    const auto changed = put(2);
    ASSERT_TRUE(changed.ok()) << changed.status();
    EXPECT_EQ(changed->id, created->id);
    EXPECT_EQ(changed->outcome, PutOutcome::kChanged);
    EXPECT_EQ(changed->revision, 2u);
    const auto unchanged = put(2);
    EXPECT_EQ(unchanged->outcome, PutOutcome::kUnchanged);
    EXPECT_EQ(unchanged->revision, 2u);
    EXPECT_THAT(*Read()->History(created->id, 10), SizeIs(2));
  }
}

TEST_F(Put, LeavesTheLogAloneWhereNothingChanged) {
  ASSERT_TRUE(StoreTest::Put(ClientNamed("C-1", "Stroymir")).ok());
  const uint64_t head = store_->log_head();
  ASSERT_TRUE(StoreTest::Put(ClientNamed("C-1", "Stroymir")).ok());
  EXPECT_EQ(store_->log_head(), head);
}

TEST_F(Put, ChangesOnlyWhatTheWriterCovers) {
  v1::Client client = ClientNamed("C-1", "Stroymir");
  client.set_comment("pays late");
  const auto created = StoreTest::Put(client);
  const int covers[] = {FieldIndex<v1::Client>("code"), FieldIndex<v1::Client>("name"),
                        FieldIndex<v1::Client>("tax_id")};
  v1::Client incoming = ClientNamed("C-1", "Stroymir Plus");
  incoming.set_comment("must not come in");
  Write([&](Transaction& transaction) {
    return transaction.Put({.kind = kClient, .body = &incoming, .covers = covers, .origin = "a/b"})
        .status();
  });
  const v1::Record record = Get(created->id);
  EXPECT_EQ(record.client().name(), "Stroymir Plus");
  EXPECT_EQ(record.client().comment(), "pays late");
  EXPECT_EQ(record.origin(), "a/b");
}

TEST_F(Put, ANewRecordHasOnlyWhatIsCovered) {
  const int covers[] = {FieldIndex<v1::Client>("code")};
  const v1::Client client = ClientNamed("C-1", "Stroymir");
  uint64_t id = 0;
  Write([&](Transaction& transaction) {
    auto result =
        transaction.Put({.kind = kClient, .body = &client, .covers = covers, .origin = "a/b"});
    if (result.ok()) id = result->id;
    return result.status();
  });
  EXPECT_FALSE(Get(id).client().has_name());
}

TEST_F(Put, RefusesWhatTheDomainRefusesAndNamesTheField) {
  const auto ordinary = StoreTest::Put(ClientNamed("", "no code"));
  EXPECT_EQ(ordinary.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(ordinary.status()), "INVALID_RECORD");
  EXPECT_THAT(std::string(ordinary.status().message()), HasSubstr("code"));
  v1::StockLevel level = StockOf(1, 2, 5);
  level.mutable_on_hold()->set_units(-1);
  EXPECT_EQ(ReasonOf(StoreTest::Put(level).status()), "INVALID_RECORD");
  EXPECT_EQ(store_->log_head(), 0u);
}

TEST_F(Put, ARefusedRequestLeavesTheTransactionUsable) {
  Write([&](Transaction& transaction) {
    EXPECT_FALSE(PutIn(transaction, ClientNamed("", "no code")).ok());
    return PutIn(transaction, ClientNamed("C-1", "Stroymir")).status();
  });
  EXPECT_EQ(*Read()->Count(kClient), 1u);
}

TEST_F(Put, SaysNotFoundForAnIdThatIsNotThereOrOfAnotherKind) {
  const auto client = StoreTest::Put(ClientNamed("C-1", "Stroymir"));
  EXPECT_EQ(StoreTest::Put(ClientNamed("C-2", "x"), 77).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(StoreTest::Put(StockOf(1, 2, 3), client->id).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(kStockLevel, 99).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Put, RefusesAKeyThatAnotherRecordHas) {
  ASSERT_TRUE(StoreTest::Put(ClientNamed("C-1", "one")).ok());
  const auto two = StoreTest::Put(ClientNamed("C-2", "two"));
  const auto taken = StoreTest::Put(ClientNamed("C-1", "two"), two->id);
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(taken.status()), "KEY_TAKEN");
  EXPECT_THAT(std::string(taken.status().message()), HasSubstr("C-1"));

  ASSERT_TRUE(StoreTest::Put(StockOf(1, 1, 5)).ok());
  const auto other = StoreTest::Put(StockOf(1, 2, 5));
  EXPECT_EQ(ReasonOf(StoreTest::Put(StockOf(1, 1, 5), other->id).status()), "KEY_TAKEN");
}

TEST_F(Put, ARecordCanChangeItsKeyWhichIsThenFree) {
  const auto client = StoreTest::Put(ClientNamed("C-1", "one"));
  ASSERT_TRUE(StoreTest::Put(ClientNamed("C-9", "one"), client->id).ok());
  EXPECT_EQ(StoreTest::Put(ClientNamed("C-1", "another"))->outcome, PutOutcome::kCreated);
  EXPECT_EQ(store_->ResolveKeyText(kClient, "C-9"), client->id);

  const auto level = StoreTest::Put(StockOf(1, 1, 5));
  ASSERT_TRUE(StoreTest::Put(StockOf(1, 9, 5), level->id).ok());
  EXPECT_EQ(StoreTest::Put(StockOf(1, 1, 5))->outcome, PutOutcome::kCreated);
  EXPECT_EQ(StoreTest::Put(StockOf(1, 9, 6))->id, level->id);
}

TEST_F(Put, DeletingKeepsTheBodyAndPuttingAgainBringsTheRecordBack) {
  for (const bool bulk : {false, true}) {
    const auto put = [&] {
      return bulk ? StoreTest::Put(StockOf(1, 2, 5)) : StoreTest::Put(ClientNamed("C-1", "one"));
    };
    const domain::Kind kind = bulk ? kStockLevel : kClient;
    const auto created = put();
    EXPECT_EQ(*Read()->Count(kind), 1u);
    const auto deleted = Delete(kind, created->id);
    ASSERT_TRUE(deleted.ok()) << deleted.status();
    EXPECT_EQ(deleted->outcome, PutOutcome::kChanged);
    EXPECT_EQ(Delete(kind, created->id)->outcome, PutOutcome::kUnchanged);
    const v1::Record record = Get(created->id);
    EXPECT_TRUE(record.deleted());
    EXPECT_EQ(record.revision(), 2u);
    EXPECT_GT(domain::BodyOf(record).ByteSizeLong(), 0u);
    EXPECT_EQ(*Read()->Count(kind), 0u);

    const auto back = put();
    EXPECT_EQ(back->id, created->id);
    EXPECT_EQ(back->outcome, PutOutcome::kChanged);
    EXPECT_EQ(back->revision, 3u);
    EXPECT_FALSE(Get(created->id).deleted());
    EXPECT_EQ(*Read()->Count(kind), 1u);
  }
}

TEST_F(Put, ListsAKindByPages) {
  for (int i = 0; i < 70; ++i) {
    ASSERT_TRUE(StoreTest::Put(ClientNamed("C-" + std::to_string(i), "x")).ok());
    ASSERT_TRUE(StoreTest::Put(StockOf(1, 1 + i, i)).ok());
  }
  for (const domain::Kind kind : {kClient, kStockLevel}) {
    const Snapshot snapshot = Read();
    for (const bool newest_first : {false, true}) {
      std::vector<uint64_t> ids;
      Page page{.limit = 9, .newest_first = newest_first};
      for (;;) {
        const auto records = snapshot->List(kind, page);
        ASSERT_TRUE(records.ok()) << records.status();
        for (const auto& record : *records) ids.push_back(record.id());
        if (records->size() < 9) break;
        page.after = records->back().id();
      }
      EXPECT_THAT(ids, SizeIs(70));
      EXPECT_TRUE(newest_first ? std::is_sorted(ids.rbegin(), ids.rend())
                               : std::is_sorted(ids.begin(), ids.end()));
    }
    const uint64_t first = snapshot->List(kind, {.limit = 1})->front().id();
    ASSERT_TRUE(Delete(kind, first).ok());
    EXPECT_NE(Read()->List(kind, {.limit = 1})->front().id(), first);
    EXPECT_EQ(Read()->List(kind, {.limit = 1, .include_deleted = true})->front().id(), first);
  }
}

TEST_F(Put, FindsByKeyDeletedOnesToo) {
  const v1::Client client = ClientNamed("C-1", "one");
  const v1::StockLevel level = StockOf(1, 2, 3);
  const auto client_id = StoreTest::Put(client)->id;
  const auto level_id = StoreTest::Put(level)->id;
  ASSERT_TRUE(Delete(kClient, client_id).ok());
  ASSERT_TRUE(Delete(kStockLevel, level_id).ok());
  const auto key = [](const auto& body, domain::Kind kind) {
    return domain::KeyBytes(domain::InfoOf(kind), body);
  };
  EXPECT_EQ(*Read()->FindByKey(kClient, key(client, kClient)), client_id);
  EXPECT_EQ(*Read()->FindByKey(kStockLevel, key(level, kStockLevel)), level_id);
  EXPECT_EQ(*Read()->FindByKey(kClient, key(ClientNamed("C-2", ""), kClient)), std::nullopt);
  EXPECT_EQ(*Read()->FindByKey(kStockLevel, key(StockOf(9, 9, 9), kStockLevel)), std::nullopt);
}

TEST_F(Put, ATransactionSeesItsOwnChanges) {
  Write([&](Transaction& transaction) {
    const v1::StockLevel level = StockOf(1, 2, 3);
    const auto created = PutIn(transaction, level);
    const auto client = PutIn(transaction, ClientNamed("C-1", "one"));
    EXPECT_EQ((*transaction.Get(created->id))->stock_level().on_hand().units(), 3);
    EXPECT_EQ((*transaction.Get(client->id))->client().name(), "one");
    EXPECT_EQ(transaction.FindBulk(BulkKeyOf(level))->record_id, created->id);
    EXPECT_EQ(*transaction.Count(kStockLevel), 1u);
    EXPECT_THAT(*transaction.List(kStockLevel, {}), SizeIs(1));
    EXPECT_THAT(*transaction.History(created->id, 5), SizeIs(1));
    EXPECT_THAT(*transaction.ReadLog(0, 5), SizeIs(2));
    // What was written out by then is still one with what follows.
    const auto changed = PutIn(transaction, StockOf(1, 2, 4));
    EXPECT_EQ(changed->revision, 2u);
    EXPECT_THAT(*transaction.History(created->id, 5), SizeIs(2));
    EXPECT_THAT(*Read()->List(kStockLevel, {}), IsEmpty());
    return absl::OkStatus();
  });
  EXPECT_THAT(*Read()->List(kStockLevel, {}), SizeIs(1));
}

TEST_F(Put, KeepsTheBaseOfBulkRecords) {
  const v1::StockLevel level = StockOf(1, 2, 3);
  const auto put = [&](uint64_t digest) {
    Write([&](Transaction& transaction) {
      return transaction
          .Put({.kind = kStockLevel, .body = &level, .origin = "a/b", .base_digest = digest})
          .status();
    });
  };
  const auto digest = [&] {
    uint64_t found = 0;
    Write([&](Transaction& transaction) {
      found = transaction.FindBulk(BulkKeyOf(level))->digest;
      return absl::OkStatus();
    });
    return found;
  };
  put(7);
  EXPECT_EQ(digest(), 7u);
  put(0);  // leaves it
  EXPECT_EQ(digest(), 7u);
  const uint64_t head = store_->log_head();
  put(8);  // the same record, differently shown
  EXPECT_EQ(digest(), 8u);
  EXPECT_EQ(store_->log_head(), head);
  Open();
  EXPECT_EQ(digest(), 8u);
}

TEST_F(Put, VisitsTheLiveRecordsOfAnOrigin) {
  const auto a = StoreTest::Put(ClientNamed("C-1", "one"), 0, "w/clients");
  const auto b = StoreTest::Put(ClientNamed("C-2", "two"), 0, "w/clients");
  ASSERT_TRUE(StoreTest::Put(ClientNamed("C-3", "three"), 0, "x/clients").ok());
  const auto stock = StoreTest::Put(StockOf(1, 1, 1), 0, "w/clients");
  ASSERT_TRUE(Delete(kClient, b->id).ok());
  Write([&](Transaction& transaction) {
    std::vector<uint64_t> ids;
    const auto all = [](uint64_t) { return true; };
    const auto collect = [&](uint64_t id, uint64_t last_seq) {
      ids.push_back(id);
      EXPECT_EQ((*transaction.History(id, 1))[0].seq, last_seq);
    };
    EXPECT_TRUE(transaction.ForEachOfOrigin(kClient, "w/clients", all, collect).ok());
    EXPECT_THAT(ids, testing::ElementsAre(a->id));
    ids.clear();
    const auto others = [&](uint64_t id) { return id != a->id; };
    EXPECT_TRUE(transaction.ForEachOfOrigin(kClient, "w/clients", others, collect).ok());
    EXPECT_THAT(ids, IsEmpty());
    EXPECT_TRUE(transaction.ForEachOfOrigin(kStockLevel, "w/clients", all, collect).ok());
    EXPECT_THAT(ids, testing::ElementsAre(stock->id));
    ids.clear();
    EXPECT_TRUE(transaction.ForEachOfOrigin(kClient, "unheard/of", all, collect).ok());
    EXPECT_THAT(ids, IsEmpty());
    return absl::OkStatus();
  });
}

TEST_F(Put, EverythingIsThereAfterAReopening) {
  const auto client = StoreTest::Put(ClientNamed("C-1", "one"));
  const auto level = StoreTest::Put(StockOf(1, 2, 3));
  const uint64_t head = store_->log_head();
  Open();
  EXPECT_EQ(store_->log_head(), head);
  EXPECT_EQ(Get(client->id).client().name(), "one");
  EXPECT_EQ(StoreTest::Put(StockOf(1, 2, 4))->id, level->id);
  EXPECT_EQ(StoreTest::Put(ClientNamed("C-2", "two"))->id, level->id + 1);
  EXPECT_EQ(*Read()->Count(kStockLevel), 1u);
}

// More segments than a transaction holds in memory.
TEST_F(Put, ALargeTransactionIsOneTransaction) {
  constexpr int kRows = 80'000;
  const auto load = [&](int64_t on_hand, bool keep) {
    return store_->WriteBulk([&](Transaction& transaction) -> absl::Status {
      for (int i = 0; i < kRows; ++i) {
        // Not in order of ids the second time.
        const int row = on_hand == 1 ? i : static_cast<int>(i * 7919L % kRows);
        auto result = PutIn(transaction, StockOf(1 + row, 1, on_hand));
        if (!result.ok()) return result.status();
      }
      return keep ? absl::OkStatus() : absl::CancelledError("undo");
    });
  };
  ASSERT_TRUE(load(1, true).ok());
  ASSERT_FALSE(load(2, false).ok());
  EXPECT_EQ(*Read()->Count(kStockLevel), uint64_t{kRows});
  EXPECT_EQ(store_->log_head(), uint64_t{kRows});
  EXPECT_EQ(Get(kRows / 2).stock_level().on_hand().units(), 1);
  ASSERT_TRUE(load(3, true).ok());
  EXPECT_EQ(Get(kRows / 2).stock_level().on_hand().units(), 3);
  EXPECT_EQ(Get(kRows / 2).revision(), 2u);
  EXPECT_EQ(store_->log_head(), uint64_t{2 * kRows});
}

}  // namespace
}  // namespace entrepot::store
