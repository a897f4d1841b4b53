// The writer's thread: grouping, undoing, refusing; and what projections see of it.
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Writing : public StoreTest {
 protected:
  // Holds the writer until the returned promise is fulfilled, so that works queue up behind.
  std::shared_ptr<std::promise<void>> HoldWriter() {
    auto release = std::make_shared<std::promise<void>>();
    std::promise<void> entered;
    store_->WriteAsync(
        [&entered, future = release->get_future().share()](Transaction&) {
          entered.set_value();
          future.wait();
          return absl::OkStatus();
        },
        [](absl::Status) {});
    entered.get_future().wait();
    return release;
  }
};

TEST_F(Writing, AFailedWorkLeavesNothingBehind) {
  const uint64_t kept = Put(StockOf(1, 1, 1))->id;
  const absl::Status status = store_->Write([&](Transaction& transaction) {
    EXPECT_TRUE(PutIn(transaction, StockOf(1, 1, 2)).ok());
    EXPECT_TRUE(PutIn(transaction, StockOf(2, 1, 1), 0, "new/origin").ok());
    EXPECT_TRUE(PutIn(transaction, ClientNamed("C-1", "one")).ok());
    EXPECT_TRUE(transaction.SetCursor("sink:x", "1").ok());
    return absl::FailedPreconditionError("no");
  });
  EXPECT_EQ(status.message(), "no");
  EXPECT_EQ(store_->log_head(), 1u);
  EXPECT_EQ(*Read()->Cursor("sink:x"), "");
  EXPECT_EQ(Get(kept).revision(), 1u);
  EXPECT_EQ(*Read()->Count(kClient), 0u);
  // Ids, keys and names are given again.
  EXPECT_EQ(Put(StockOf(2, 1, 1), 0, "other/origin")->id, kept + 1);
  EXPECT_EQ(Get(kept + 1).origin(), "other/origin");
  EXPECT_EQ(Put(StockOf(1, 1, 3))->revision, 2u);
}

TEST_F(Writing, AnExceptionIsAnErrorOfItsWork) {
  const absl::Status status = store_->Write([&](Transaction& transaction) -> absl::Status {
    EXPECT_TRUE(PutIn(transaction, ClientNamed("C-1", "one")).ok());
    throw std::runtime_error("out of luck");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("out of luck"));
  EXPECT_EQ(*Read()->Count(kClient), 0u);
}

TEST_F(Writing, WaitingWorksShareOneCommit) {
  std::atomic<int> commits = 0;
  const auto subscription = store_->OnCommit([&](uint64_t) { ++commits; });
  const auto release = HoldWriter();
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < 50; ++i) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(promise->get_future());
    store_->WriteAsync(
        [i](Transaction& transaction) {
          return PutIn(transaction, ClientNamed("C-" + std::to_string(i), "x")).status();
        },
        [promise](absl::Status status) { promise->set_value(status); });
  }
  release->set_value();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(*Read()->Count(kClient), 50u);
}

TEST_F(Writing, OneOfAGroupFailsAlone) {
  const auto release = HoldWriter();
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < 9; ++i) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(promise->get_future());
    store_->WriteAsync(
        [i](Transaction& transaction) -> absl::Status {
          // The failing ones stand between others that touch the same records.
          auto stock = PutIn(transaction, StockOf(1, 1, 100 + i));
          auto client = PutIn(transaction, ClientNamed("C-" + std::to_string(i), "x"));
          if (!stock.ok() || !client.ok()) return absl::InternalError("put");
          if (*transaction.NextNumber("order") > 100) return absl::InternalError("number");
          if (i % 3 == 1) return absl::AbortedError("undo");
          return transaction.Bind("shop", kClient, std::to_string(i), client->id);
        },
        [promise](absl::Status status) { promise->set_value(status); });
  }
  release->set_value();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(answers[i].get().ok(), i % 3 != 1) << i;
  const Snapshot snapshot = Read();
  EXPECT_EQ(*snapshot->Count(kClient), 6u);
  EXPECT_EQ(*snapshot->Count(kStockLevel), 1u);
  EXPECT_EQ(store_->log_head(), 12u);
  EXPECT_THAT(*snapshot->ReadLog(0, 100), SizeIs(12));
  EXPECT_EQ(snapshot->List(kStockLevel, {})->front().revision(), 6u);
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(store_->ResolveBinding("shop", kClient, std::to_string(i)).has_value(), i % 3 != 1);
  }
  Write([](Transaction& transaction) {
    EXPECT_EQ(*transaction.NextNumber("order"), 7u);
    return absl::OkStatus();
  });
}

TEST_F(Writing, TooManyWaitingWritesAreRefused) {
  StoreOptions options = Options();
  options.writes_waiting_max = 3;
  Open(options);
  const auto release = HoldWriter();
  std::atomic<int> answered = 0;
  for (int i = 0; i < 3; ++i) {
    store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                       [&](absl::Status) { ++answered; });
  }
  const absl::Status refused = store_->Write([](Transaction&) { return absl::OkStatus(); });
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_WRITES");
  release->set_value();
  store_->Stop();
  EXPECT_EQ(answered, 3);
}

TEST_F(Writing, StoppingRefusesWhatStillWaitsAndWhatComesLater) {
  const auto release = HoldWriter();
  std::promise<absl::Status> waiting;
  store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                     [&](absl::Status status) { waiting.set_value(status); });
  std::thread stopper([&] { store_->Stop(); });
  // Once stopping has begun, new works are refused at once.
  for (bool stopping = false; !stopping;) {
    std::promise<absl::Status> probe;
    store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                       [&probe](absl::Status status) { probe.set_value(status); });
    auto future = probe.get_future();
    stopping = future.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready;
    if (!stopping) {
      release->set_value();
      stopper.join();
      EXPECT_EQ(ReasonOf(future.get()), "SHUTTING_DOWN");
      EXPECT_EQ(ReasonOf(waiting.get_future().get()), "SHUTTING_DOWN");
      return;
    }
    EXPECT_EQ(ReasonOf(future.get()), "SHUTTING_DOWN");
  }
  release->set_value();
  stopper.join();
  EXPECT_EQ(ReasonOf(waiting.get_future().get()), "SHUTTING_DOWN");
  EXPECT_EQ(ReasonOf(store_->Write([](Transaction&) { return absl::OkStatus(); })),
            "SHUTTING_DOWN");
  EXPECT_TRUE(store_->Read().ok());
}

TEST_F(Writing, AWriteInsideAWriteIsRefusedInsteadOfHanging) {
  Write([&](Transaction&) {
    const absl::Status inner = store_->Write([](Transaction&) { return absl::OkStatus(); });
    EXPECT_EQ(ReasonOf(inner), "WRITE_IN_WRITE");
    EXPECT_EQ(ReasonOf(store_->WriteBulk([](Transaction&) { return absl::OkStatus(); })),
              "WRITE_IN_WRITE");
    return absl::OkStatus();
  });
}

TEST_F(Writing, AnAnswerMayAskForTheNextWrite) {
  std::promise<absl::Status> second;
  store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                     [&](absl::Status) {
                       store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                                          [&](absl::Status status) { second.set_value(status); });
                     });
  EXPECT_TRUE(second.get_future().get().ok());
}

TEST_F(Writing, InteractiveWorkGoesBeforeBulkWork) {
  const auto release = HoldWriter();
  std::mutex mutex;
  std::vector<std::string> order;
  const auto note = [&](const char* name) {
    const std::lock_guard lock(mutex);
    order.emplace_back(name);
    return absl::OkStatus();
  };
  std::thread bulk([&] {
    EXPECT_TRUE(store_
                    ->WriteBulk([&](Transaction& transaction) {
                      EXPECT_FALSE(transaction.OthersWait());
                      return note("bulk");
                    })
                    .ok());
  });
  std::promise<void> answered;
  store_->WriteAsync([&](Transaction&) { return note("interactive"); },
                     [&](absl::Status) { answered.set_value(); });
  release->set_value();
  answered.get_future().wait();
  bulk.join();
  EXPECT_THAT(order, ElementsAre("interactive", "bulk"));
}

TEST_F(Writing, ThinningGetsItsTurnHoweverBusyTheWriterIs) {
  std::atomic<bool> busy = true;
  std::atomic<int> under_way = 0;
  // Two at a time, each followed by the next: the queue is never empty.
  std::function<void()> next = [&] {
    ++under_way;
    store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                       [&](absl::Status) {
                         if (busy) next();
                         --under_way;
                       });
  };
  next();
  next();
  std::future<absl::Status> thinned = std::async([&] { return store_->Thin(); });
  const bool in_time = thinned.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  busy = false;
  EXPECT_TRUE(in_time);
  EXPECT_TRUE(thinned.get().ok());
  while (under_way > 0) std::this_thread::yield();
}

TEST_F(Writing, BulkWorkSeesThatOthersWait) {
  std::promise<void> answered;
  const absl::Status status = store_->WriteBulk([&](Transaction& transaction) {
    EXPECT_FALSE(transaction.OthersWait());
    std::thread other([&] {
      store_->WriteAsync([](Transaction&) { return absl::OkStatus(); },
                         [&](absl::Status) { answered.set_value(); });
    });
    other.join();
    EXPECT_TRUE(transaction.OthersWait());
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok());
  answered.get_future().wait();
}

TEST_F(Writing, SnapshotsDoNotMove) {
  const uint64_t id = Put(StockOf(1, 1, 1))->id;
  const uint64_t client = Put(ClientNamed("C-1", "one"))->id;
  const Snapshot before = Read();
  ASSERT_TRUE(Put(StockOf(1, 1, 2)).ok());
  ASSERT_TRUE(Put(ClientNamed("C-1", "two")).ok());
  const v1::StockLevel added = StockOf(5, 5, 5);
  ASSERT_TRUE(Put(added).ok());
  EXPECT_EQ((*before->Get(id))->stock_level().on_hand().units(), 1);
  EXPECT_EQ((*before->Get(client))->client().name(), "one");
  EXPECT_EQ(*before->Count(kStockLevel), 1u);
  EXPECT_THAT(*before->ReadLog(0, 100), SizeIs(2));
  const std::string key = domain::KeyBytes(domain::InfoOf(kStockLevel), added);
  EXPECT_EQ(*before->FindByKey(kStockLevel, key), std::nullopt);
  EXPECT_NE(*Read()->FindByKey(kStockLevel, key), std::nullopt);
}

// Writers of both classes and readers at once: nothing is lost, and every snapshot adds up.
TEST_F(Writing, StaysConsistentUnderLoad) {
  constexpr int kThreads = 6;
  constexpr int kRounds = 40;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const Store::Work work = [&](Transaction& transaction) -> absl::Status {
          // Two records that always have the same figure.
          auto a = PutIn(transaction, StockOf(1, 1, t * kRounds + i + 1));
          auto b = PutIn(transaction, StockOf(2, 1, t * kRounds + i + 1));
          auto c = PutIn(transaction, ClientNamed(std::to_string(t * kRounds + i), "x"));
          if (!a.ok() || !b.ok() || !c.ok()) return absl::InternalError("put");
          return i % 5 == 4 ? absl::AbortedError("undo") : absl::OkStatus();
        };
        const absl::Status status = t == 0 ? store_->WriteBulk(work) : store_->Write(work);
        EXPECT_EQ(status.ok(), i % 5 != 4) << status;
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        const Snapshot snapshot = Read();
        const auto levels = snapshot->List(kStockLevel, {});
        ASSERT_TRUE(levels.ok()) << levels.status();
        if (levels->empty()) continue;
        ASSERT_THAT(*levels, SizeIs(2));
        ASSERT_EQ((*levels)[0].stock_level().on_hand().units(),
                  (*levels)[1].stock_level().on_hand().units());
        ASSERT_EQ(snapshot->List(kClient, {.limit = 10'000})->size(), *snapshot->Count(kClient));
        store_->ResolveKeyText(kClient, "1");
      }
    });
  }
  for (int t = 0; t < kThreads; ++t) threads[t].join();
  done = true;
  for (size_t t = kThreads; t < threads.size(); ++t) threads[t].join();
  constexpr uint64_t kKept = kThreads * kRounds * 4 / 5;
  EXPECT_EQ(*Read()->Count(kClient), kKept);
  EXPECT_EQ(store_->log_head(), 3 * kKept);
}

// Keeps the sum of what is on hand, as an index in memory would.
class Sum final : public Projection {
 public:
  bool Wants(domain::Kind kind) const override { return kind == kStockLevel; }
  void Load(uint64_t, domain::Kind, const google::protobuf::Message& body,
            const Revision& newest) override {
    committed_ += OnHand(&body);
    origins_.emplace_back(newest.origin);
  }
  void Stage(const RecordChange& change) override {
    staged_.push_back(OnHand(change.after) - OnHand(change.before));
    origins_.emplace_back(change.made.origin);
    revisions_.push_back(change.revision);
  }
  size_t staged() const override { return staged_.size(); }
  void DropTo(size_t count) override { staged_.resize(count); }
  void Commit() override {
    for (const int64_t change : staged_) committed_ += change;
    staged_.clear();
  }

  int64_t committed() const { return committed_; }
  const std::vector<std::string>& origins() const { return origins_; }
  const std::vector<uint64_t>& revisions() const { return revisions_; }

 private:
  static int64_t OnHand(const google::protobuf::Message* body) {
    return body == nullptr ? 0 : static_cast<const v1::StockLevel*>(body)->on_hand().units();
  }
  int64_t committed_ = 0;
  std::vector<int64_t> staged_;
  std::vector<std::string> origins_;
  std::vector<uint64_t> revisions_;
};

TEST_F(Writing, ProjectionsFollowCommitsAndAreLoadedAtTheStart) {
  Sum sum;
  projections_ = {&sum};
  Open();
  const uint64_t first = Put(StockOf(1, 1, 10), 0, "w/stock")->id;
  ASSERT_TRUE(Put(StockOf(2, 1, 5)).ok());
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  EXPECT_EQ(sum.committed(), 15);
  ASSERT_TRUE(Put(StockOf(1, 1, 7)).ok());
  EXPECT_EQ(sum.committed(), 12);
  ASSERT_TRUE(Delete(kStockLevel, first).ok());
  EXPECT_EQ(sum.committed(), 5);
  ASSERT_TRUE(Put(StockOf(1, 1, 7), 0, "w/stock").ok());
  EXPECT_EQ(sum.committed(), 12);
  EXPECT_THAT(sum.revisions(), ElementsAre(1, 1, 2, 3, 4));
  EXPECT_EQ(sum.origins().front(), "w/stock");
  ASSERT_TRUE(Delete(kStockLevel, first + 1).ok());

  Sum again;
  projections_ = {&again};
  Open();
  EXPECT_EQ(again.committed(), 7);
  EXPECT_THAT(again.origins(), ElementsAre("w/stock"));
}

TEST_F(Writing, ProjectionsForgetWhatIsRolledBack) {
  Sum sum;
  projections_ = {&sum};
  Open();
  const auto release = HoldWriter();
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < 4; ++i) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(promise->get_future());
    store_->WriteAsync(
        [i](Transaction& transaction) -> absl::Status {
          EXPECT_TRUE(PutIn(transaction, StockOf(1, 1, 10 + i)).ok());
          return i == 3 ? absl::AbortedError("undo") : absl::OkStatus();
        },
        [promise](absl::Status status) { promise->set_value(status); });
  }
  release->set_value();
  for (auto& answer : answers) answer.wait();
  EXPECT_EQ(sum.committed(), 12);
  EXPECT_EQ(sum.staged(), 0u);
}

}  // namespace
}  // namespace entrepot::store
