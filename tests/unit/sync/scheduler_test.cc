#include "core/sync/scheduler.h"

#include <map>
#include <thread>

#include "core/base/reason.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Beside the warehouse: a second source, a sink, and one whose connector is not installed.
constexpr char kOthers[] = R"pb(
  connections {
    key: "crm"
    value {
      connector: "crm"
      datasets {
        key: "clients"
        value {
          kind: "client"
          mapping {
            key: "code"
            fields {
              key: "code"
              value { from: "code" required: true }
            }
          }
        }
      }
    }
  }
  connections {
    key: "shop"
    value {
      connector: "shop"
      datasets {
        key: "clients"
        value { kind: "client" }
      }
    }
  }
  connections {
    key: "lost"
    value {
      connector: "nowhere"
      datasets {
        key: "x"
        value { kind: "client" }
      }
    }
  }
)pb";

class SchedulerTest : public SyncTest {
 protected:
  SchedulerTest() {
    Configure(std::string(kWarehouse) + kOthers);
    crm_->manifest.set_source(true);
    connectors_.systems["crm"] = crm_;
    shop_->manifest.set_sink(true);
    shop_->manifest.set_finds(true);
    connectors_.systems["shop"] = shop_;
    StartHub();
  }
  ~SchedulerTest() override { scheduler_.reset(); }

  void StartHub(absl::Duration stop_time_max = absl::Seconds(5)) {
    scheduler_.reset();
    auto made = Scheduler::Make(
        {.config = &config_,
         .store = store_.get(),
         .connectors = &connectors_,
         .clock = &system_clock_,
         .make_open_request = [](const auto&, const auto&) { return connector::OpenRequest(); },
         .stop_time_max = stop_time_max});
    ASSERT_TRUE(made.ok()) << made.status();
    scheduler_ = *std::move(made);
    scheduler_->Start();
  }

  absl::Status Sync(const std::vector<std::string>& connections, std::stop_token cancelled = {}) {
    v1::SyncRequest request;
    for (const std::string& name : connections) request.add_connections(name);
    return scheduler_->Sync(
        request,
        [&](const v1::SyncResponse& event) {
          if (event.has_run() && event.run().has_ended_at()) {
            order_.push_back(event.run().dataset());
            runs_[event.run().dataset()] = event.run();
          }
          if (event.has_sink()) sinks_[event.sink().connection()] = event.sink();
        },
        cancelled);
  }

  v1::ConnectionStatus StatusOf(const std::string& name) {
    const auto listed = scheduler_->ListConnections();
    EXPECT_TRUE(listed.ok()) << listed.status();
    for (const v1::ConnectionStatus& status : listed->connections()) {
      if (status.name() == name) return status;
    }
    return {};
  }

  // Until the source of crm has been read and waits with its connector.
  void WaitUntilWaiting() {
    std::unique_lock lock(crm_->mutex);
    crm_->changed.wait(lock, [&] { return !crm_->reads.empty() && crm_->waits > 0; });
  }

  // Is there such a record, soon?
  template <typename T>
  bool Comes(const std::string& key) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!RecordOf<T>(key) && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
    return RecordOf<T>(key).has_value();
  }

  SystemClock system_clock_;
  std::shared_ptr<FakeSystem> crm_ = std::make_shared<FakeSystem>();
  std::shared_ptr<FakeSystem> shop_ = std::make_shared<FakeSystem>();
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::string> order_;
  std::map<std::string, v1::Run> runs_;
  std::map<std::string, v1::SinkProgress> sinks_;
};

TEST_F(SchedulerTest, ReadsProductsBeforeTheStockThatRefersToThem) {
  Give("products", {Products({{"A", "bolt", ""}})});
  Give("places", {Rows({"code"}, {{"M"}})});
  Give("stock", {Stock({{"A", "M", "5"}})});
  ASSERT_TRUE(Sync({"wh"}).ok());
  EXPECT_THAT(order_, ElementsAre("wh/products", "wh/places", "wh/stock"));
  EXPECT_EQ(runs_["wh/stock"].created(), 1);
  EXPECT_EQ(runs_["wh/stock"].parked(), 0);
}

TEST_F(SchedulerTest, ParkedRowsOfAnEarlierRunAreCountedAsRecovered) {
  Give("places", {Rows({"code"}, {{"M"}})});
  Give("stock", {Stock({{"A", "M", "5"}})});
  ASSERT_TRUE(Sync({"wh"}).ok());
  EXPECT_EQ(runs_["wh/stock"].parked(), 1);
  Give("products", {Products({{"A", "bolt", ""}})});
  ASSERT_TRUE(Sync({"wh"}).ok());
  EXPECT_EQ(OnHand("A/M"), 5);
}

TEST_F(SchedulerTest, WhatAPersonEntersLetsTheWaitersInToo) {
  Give("places", {Rows({"code"}, {{"M"}})});
  Give("stock", {Stock({{"A", "M", "5"}})});
  ASSERT_TRUE(Sync({"wh"}).ok());
  v1::Product product;
  product.set_sku("A");
  Enter(product);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (OnHand("A/M") != 5 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(OnHand("A/M"), 5);
}

TEST_F(SchedulerTest, SinksGetWhatTheSourcesBrought) {
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}, {"C2"}})};
  ASSERT_TRUE(Sync({}).ok());
  EXPECT_EQ(shop_->held.size(), 2);
  EXPECT_TRUE(sinks_["shop"].done());
  EXPECT_EQ(sinks_["shop"].delivered(), 2);
  EXPECT_EQ(sinks_["shop"].pending(), 0);
  EXPECT_EQ(sinks_["shop"].error(), "");
}

TEST_F(SchedulerTest, AConnectionWhoseConnectorIsMissingFailsAlone) {
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  ASSERT_TRUE(Sync({}).ok());
  EXPECT_THAT(sinks_["lost"].error(), HasSubstr("nowhere"));
  EXPECT_EQ(runs_["crm/clients"].created(), 1);
  EXPECT_EQ(StatusOf("lost").state(), v1::CONNECTION_STATE_FAILED);
  EXPECT_EQ(StatusOf("crm").state(), v1::CONNECTION_STATE_IDLE);
  EXPECT_EQ(StatusOf("crm").connector(), " ");
  EXPECT_EQ(StatusOf("crm").datasets(0).last_run().created(), 1);
}

TEST_F(SchedulerTest, AnUnknownConnectionIsNamedWithTheNearestOne) {
  const absl::Status status = Sync({"crn"});
  EXPECT_EQ(ReasonOf(status), "CONNECTION_NOT_FOUND");
  EXPECT_THAT(std::string(status.message()), HasSubstr("crm"));
}

TEST_F(SchedulerTest, ABlockedConnectionCostsTheOthersNothing) {
  system_->blocks = true;
  std::stop_source stop;
  absl::Status blocked;
  std::thread first([&] {
    v1::SyncRequest request;
    request.add_connections("wh");
    blocked = scheduler_->Sync(
        request, [](const auto&) {}, stop.get_token());
  });
  system_->WaitUntilBlocked();
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  EXPECT_TRUE(Sync({"crm", "shop"}).ok());
  EXPECT_EQ(shop_->held.size(), 1);
  EXPECT_EQ(StatusOf("wh").state(), v1::CONNECTION_STATE_RUNNING);
  EXPECT_EQ(ReasonOf(Sync({"wh"})), "ALREADY_RUNNING");
  EXPECT_EQ(ReasonOf(Sync({})), "ALREADY_RUNNING");
  EXPECT_TRUE(Sync({"crm"}).ok()) << "what was refused has reserved nothing";
  stop.request_stop();
  first.join();
  EXPECT_EQ(blocked.code(), absl::StatusCode::kCancelled);
}

TEST_F(SchedulerTest, StopInterruptsWhatBlocks) {
  system_->blocks = true;
  std::thread caller([&] { EXPECT_EQ(Sync({"wh"}).code(), absl::StatusCode::kCancelled); });
  system_->WaitUntilBlocked();
  scheduler_->Stop();
  caller.join();
}

TEST_F(SchedulerTest, AConnectorThatNeverReturnsIsLeftBehind) {
  shop_->blocks = true;
  shop_->stubborn = true;
  StartHub(absl::Milliseconds(300));
  v1::Client client;
  client.set_code("C1");
  Enter(client);
  shop_->WaitUntilBlocked();
  scheduler_->Stop();  // returns
  scheduler_.reset();
  OpenStore();
  const auto delivery = *Read()->ListDeliveries("shop", {store::DeliveryState::kInFlight},
                                                absl::InfiniteFuture(), 10);
  EXPECT_EQ(delivery.size(), 1) << "what may have been sent is known at the next start";
}

TEST_F(SchedulerTest, SourcesAreReadAtTheirInterval) {
  (*config_.mutable_connections())["crm"].mutable_interval()->set_nanos(20'000'000);
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  StartHub();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  const auto reads = [&] {
    std::lock_guard lock(crm_->mutex);
    return crm_->reads.size();
  };
  while (reads() < 3 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_GE(reads(), 3);
  EXPECT_TRUE(RecordOf<v1::Client>("C1").has_value());
}

TEST_F(SchedulerTest, ASyncFollowsTheRunThatIsUnderWay) {
  (*config_.mutable_connections())["crm"].mutable_interval()->set_seconds(3600);
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  std::atomic<bool> reading = false, go_on = false;
  crm_->before_read = [&](const auto&) {
    reading = true;
    while (!go_on) absl::SleepFor(absl::Milliseconds(1));
    return absl::OkStatus();
  };
  StartHub();
  while (!reading) absl::SleepFor(absl::Milliseconds(1));
  std::thread caller([&] { EXPECT_TRUE(Sync({"crm"}).ok()); });
  go_on = true;
  caller.join();
  EXPECT_EQ(runs_.count("crm/clients"), 1);
}

TEST_F(SchedulerTest, AConnectorThatSeesAChangeIsReadAtOnce) {
  (*config_.mutable_connections())["crm"].mutable_interval()->set_seconds(3600);
  crm_->manifest.set_waits(true);
  StartHub();
  WaitUntilWaiting();
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  crm_->Change();
  EXPECT_TRUE(Comes<v1::Client>("C1"));
}

TEST_F(SchedulerTest, ASyncDoesNotWaitForTheWaitingToEnd) {
  (*config_.mutable_connections())["crm"].mutable_interval()->set_seconds(3600);
  crm_->manifest.set_waits(true);
  StartHub();
  WaitUntilWaiting();
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  ASSERT_TRUE(Sync({"crm"}).ok());
  EXPECT_TRUE(RecordOf<v1::Client>("C1").has_value());
}

TEST_F(SchedulerTest, AConnectorThatCannotWaitIsReadAtItsInterval) {
  (*config_.mutable_connections())["crm"].mutable_interval()->set_nanos(20'000'000);
  crm_->manifest.set_waits(true);
  crm_->wait_fails = absl::UnavailableError("nobody answers");
  crm_->batches["clients"] = {Rows({"code"}, {{"C1"}})};
  StartHub();
  EXPECT_TRUE(Comes<v1::Client>("C1"));
}

TEST_F(SchedulerTest, AReadingThatLastsKeepsNoDeliveryWaiting) {
  auto& crm = (*config_.mutable_connections())["crm"];
  (*crm.mutable_datasets())["goods"].set_kind("product");
  crm_->manifest.set_sink(true);
  std::atomic<bool> reading = false, delivered = false;
  crm_->before_read = [&](const auto&) {
    reading = true;
    while (!delivered) absl::SleepFor(absl::Milliseconds(1));
    return absl::OkStatus();
  };
  StartHub();
  std::thread caller([&] { EXPECT_TRUE(Sync({"crm"}).ok()); });
  while (!reading) absl::SleepFor(absl::Milliseconds(1));
  v1::Product product;
  product.set_sku("A");
  Enter(product);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!delivered && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
    std::lock_guard lock(crm_->mutex);
    delivered = crm_->held.count("A") > 0;
  }
  EXPECT_TRUE(delivered);
  delivered = true;
  caller.join();
}

TEST_F(SchedulerTest, RunsThatAKilledHubLeftOpenAreClosed) {
  ASSERT_TRUE(store_
                  ->Write([](store::Transaction& tx) {
                    return tx.SaveRun({.dataset = "crm/clients", .started_at = tx.now()}).status();
                  })
                  .ok());
  StartHub();
  const v1::Run run = StatusOf("crm").datasets(0).last_run();
  EXPECT_TRUE(run.has_ended_at());
  EXPECT_THAT(run.error(), HasSubstr("the hub stopped"));
}

}  // namespace
}  // namespace entrepot::sync
