// Cursors, bases, answers, numbers, runs and deliveries.
#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class Books : public StoreTest {
 protected:
  Delivery Make(uint64_t record_id, DeliveryState state, int64_t due) {
    return {.connection = "ledger",
            .record_id = record_id,
            .revision = 3,
            .delivered_revision = 2,
            .state = state,
            .attempts = 4,
            .due = absl::FromUnixSeconds(due),
            .sent_at = absl::FromUnixSeconds(due - 1),
            .outside_id = "inv-1",
            .waits_for = "client C-7",
            .error = "timed out"};
  }
  void Save(const Delivery& delivery) {
    Write([&](Transaction& transaction) { return transaction.SaveDelivery(delivery); });
  }
  static std::vector<uint64_t> Records(const absl::StatusOr<std::vector<Delivery>>& deliveries) {
    std::vector<uint64_t> ids;
    for (const Delivery& delivery : *deliveries) ids.push_back(delivery.record_id);
    return ids;
  }
};

TEST_F(Books, CursorsAreEmptyUntilSet) {
  EXPECT_EQ(*Read()->Cursor("dataset:w/stock"), "");
  for (const char* value : {"10", "20"}) {
    Write([&](Transaction& transaction) {
      EXPECT_TRUE(transaction.SetCursor("dataset:w/stock", value).ok());
      EXPECT_EQ(*transaction.Cursor("dataset:w/stock"), value);
      return absl::OkStatus();
    });
    EXPECT_EQ(*Read()->Cursor("dataset:w/stock"), value);
  }
  EXPECT_EQ(*Read()->Cursor("sink:w"), "");
}

TEST_F(Books, BasesKeepTheDigestsOfEachGroup) {
  Write([&](Transaction& transaction) {
    EXPECT_EQ(*transaction.FindBase("w/clients", "17"), std::nullopt);
    EXPECT_TRUE(transaction.SetBase("w/clients", "17", {5, {1, ~uint64_t{0}, 0}}).ok());
    EXPECT_TRUE(transaction.SetBase("x/clients", "17", {6, {}}).ok());
    return absl::OkStatus();
  });
  Write([&](Transaction& transaction) {
    const auto base = *transaction.FindBase("w/clients", "17");
    EXPECT_EQ(base->record_id, 5u);
    EXPECT_THAT(base->digests, ElementsAre(1, ~uint64_t{0}, 0));
    EXPECT_THAT((*transaction.FindBase("x/clients", "17"))->digests, IsEmpty());
    EXPECT_TRUE(transaction.SetBase("w/clients", "17", {5, {9}}).ok());
    EXPECT_THAT((*transaction.FindBase("w/clients", "17"))->digests, ElementsAre(9));
    return absl::OkStatus();
  });
}

TEST_F(Books, AnswersAreKeptForTheirTime) {
  const std::string bytes("an\0swer", 7);
  Write([&](Transaction& transaction) {
    EXPECT_EQ(*transaction.FindAnswer("r-1"), std::nullopt);
    return transaction.SaveAnswer("r-1", "PlaceOrder", 42, bytes);
  });
  clock_.Advance(absl::Hours(719));
  ASSERT_TRUE(store_->Thin().ok());
  Write([&](Transaction& transaction) {
    const auto answer = *transaction.FindAnswer("r-1");
    EXPECT_EQ(answer->method, "PlaceOrder");
    EXPECT_EQ(answer->request_digest, 42u);
    EXPECT_EQ(answer->bytes, bytes);
    return absl::OkStatus();
  });
  clock_.Advance(absl::Hours(2));
  ASSERT_TRUE(store_->Thin().ok());
  Write([&](Transaction& transaction) {
    EXPECT_EQ(*transaction.FindAnswer("r-1"), std::nullopt);
    return absl::OkStatus();
  });
}

TEST_F(Books, NumbersCountByNameAndARolledBackOneIsGivenAgain) {
  const auto next = [&](const char* name, bool keep) {
    uint64_t number = 0;
    const absl::Status status = store_->Write([&](Transaction& transaction) {
      number = *transaction.NextNumber(name);
      return keep ? absl::OkStatus() : absl::CancelledError("undo");
    });
    EXPECT_EQ(status.ok(), keep);
    return number;
  };
  EXPECT_EQ(next("order", true), 1u);
  EXPECT_EQ(next("order", true), 2u);
  EXPECT_EQ(next("request", true), 1u);
  EXPECT_EQ(next("order", false), 3u);
  EXPECT_EQ(next("order", true), 3u);
}

TEST_F(Books, RunsAreSavedWholeAndListed) {
  store::Run run{.dataset = "w/stock", .full = true, .started_at = clock_.Now(), .read = 5};
  const auto save = [&] {
    Write([&](Transaction& transaction) {
      auto id = transaction.SaveRun(run);
      run.id = *id;
      return id.status();
    });
  };
  save();
  const uint64_t id = run.id;
  EXPECT_FALSE(Read()->ListRuns("w/stock", {})->front().ended_at.has_value());
  run.ended_at = clock_.Now() + absl::Seconds(3);
  run.read = 10;
  run.created = 1;
  run.changed = 2;
  run.unchanged = 3;
  run.deleted = 4;
  run.parked = 5;
  run.dead = 6;
  run.recovered = 7;
  run.error = "stopped";
  save();
  EXPECT_EQ(run.id, id);
  run.id = 0;
  run.dataset = "w/products";
  save();
  const auto runs = Read()->ListRuns("", {.newest_first = true});
  ASSERT_THAT(*runs, SizeIs(2));
  EXPECT_EQ(runs->front().dataset, "w/products");
  const store::Run& first = runs->back();
  EXPECT_TRUE(first.full);
  EXPECT_EQ(first.started_at, clock_.Now());
  EXPECT_EQ(first.ended_at, clock_.Now() + absl::Seconds(3));
  EXPECT_THAT((std::vector<uint64_t>{first.read, first.created, first.changed, first.unchanged,
                                     first.deleted, first.parked, first.dead, first.recovered}),
              ElementsAre(10, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(first.error, "stopped");
  EXPECT_THAT(*Read()->ListRuns("w/stock", {}), SizeIs(1));
  clock_.Advance(absl::Hours(2161));
  ASSERT_TRUE(store_->Thin().ok());
  EXPECT_THAT(*Read()->ListRuns("", {}), IsEmpty());
}

TEST_F(Books, DeliveriesAreOneForEachConnectionAndRecord) {
  EXPECT_EQ(*Read()->GetDelivery("ledger", 7), std::nullopt);
  Delivery delivery = Make(7, DeliveryState::kInFlight, 50);
  Save(delivery);
  delivery.state = DeliveryState::kUnknown;
  Save(delivery);
  const auto found = *Read()->GetDelivery("ledger", 7);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->connection, "ledger");
  EXPECT_EQ(found->revision, 3u);
  EXPECT_EQ(found->delivered_revision, 2u);
  EXPECT_EQ(found->state, DeliveryState::kUnknown);
  EXPECT_EQ(found->attempts, 4);
  EXPECT_EQ(found->due, absl::FromUnixSeconds(50));
  EXPECT_EQ(found->sent_at, absl::FromUnixSeconds(49));
  EXPECT_EQ(found->outside_id, "inv-1");
  EXPECT_EQ(found->waits_for, "client C-7");
  EXPECT_EQ(found->error, "timed out");
  delivery.connection = "shop";
  delivery.due = absl::InfiniteFuture();
  Save(delivery);
  const auto of_record = Read()->DeliveriesOf(7);
  ASSERT_THAT(*of_record, SizeIs(2));
  EXPECT_EQ(of_record->back().due, absl::InfiniteFuture());
}

TEST_F(Books, DeliveriesAreListedByStateWhenDueOldestFirst) {
  Save(Make(1, DeliveryState::kPending, 30));
  Save(Make(2, DeliveryState::kPending, 10));
  Save(Make(3, DeliveryState::kWaiting, 20));
  Save(Make(4, DeliveryState::kDelivered, 5));
  Save(Make(5, DeliveryState::kPending, 99));
  const auto snapshot = Read();
  const absl::Time now = absl::FromUnixSeconds(30);
  const std::vector<DeliveryState> open = {DeliveryState::kPending, DeliveryState::kWaiting};
  EXPECT_THAT(Records(snapshot->ListDeliveries("ledger", open, now, 10)), ElementsAre(2, 3, 1));
  EXPECT_THAT(Records(snapshot->ListDeliveries("ledger", open, now, 2)), ElementsAre(2, 3));
  EXPECT_THAT(Records(snapshot->ListDeliveries("ledger", open, absl::InfiniteFuture(), 10)),
              ElementsAre(2, 3, 1, 5));
  EXPECT_THAT(*snapshot->ListDeliveries("nobody", open, now, 10), IsEmpty());
  EXPECT_THAT(*snapshot->CountDeliveries("ledger"),
              ElementsAre(Pair(DeliveryState::kPending, 3), Pair(DeliveryState::kDelivered, 1),
                          Pair(DeliveryState::kWaiting, 1)));
}

}  // namespace
}  // namespace entrepot::store
