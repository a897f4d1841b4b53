// One connection hangs in a callback, whichever: the others deliver on.
#include <thread>

#include "core/sync/scheduler.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

// Two shops that take clients; the first also gives warehouses.
constexpr char kTwoShops[] = R"pb(
  connections {
    key: "stuck"
    value {
      connector: "stuck"
      interval { nanos: 10000000 }
      datasets {
        key: "places"
        value { kind: "warehouse" direction: DIRECTION_IN }
      }
      datasets {
        key: "clients"
        value { kind: "client" direction: DIRECTION_OUT }
      }
    }
  }
  connections {
    key: "shop"
    value {
      connector: "shop"
      datasets {
        key: "clients"
        value { kind: "client" direction: DIRECTION_OUT }
      }
    }
  }
)pb";

class BlockedTest : public SyncTest, public testing::WithParamInterface<std::string> {
 protected:
  BlockedTest() {
    Configure(kTwoShops);
    for (const auto& system : {stuck_, shop_}) {
      system->manifest.set_sink(true);
      system->manifest.set_finds(true);
    }
    stuck_->manifest.set_source(true);
    stuck_->manifest.set_typed_records(true);
    stuck_->stubborn = true;
    stuck_->blocks = true;
    stuck_->blocks_in = GetParam();
    // Something to look up.
    if (GetParam() == "find") stuck_->fates = {Fate::kAnswerUnknown};
    connectors_.systems["stuck"] = stuck_;
    connectors_.systems["shop"] = shop_;
  }

  void EnterClients(int count) {
    for (int i = 0; i < count; ++i) {
      v1::Client client;
      client.set_code("C" + std::to_string(++entered_));
      Enter(client);
    }
  }
  bool AllCome() {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      {
        std::lock_guard lock(shop_->mutex);
        if (static_cast<int>(shop_->held.size()) == entered_) return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  std::shared_ptr<FakeSystem> stuck_ = std::make_shared<FakeSystem>();
  std::shared_ptr<FakeSystem> shop_ = std::make_shared<FakeSystem>();
  int entered_ = 0;
};

TEST_P(BlockedTest, CostsTheOthersNothing) {
  SystemClock clock;
  auto scheduler = Scheduler::Make(
      {.config = &config_,
       .store = store_.get(),
       .connectors = &connectors_,
       .clock = &clock,
       .make_open_request = [](const auto&, const auto&) { return connector::OpenRequest(); }});
  ASSERT_TRUE(scheduler.ok()) << scheduler.status();
  (*scheduler)->Start();
  EnterClients(1);
  std::thread aside;
  if (GetParam() == "check" || GetParam() == "close") {
    // No thread of the scheduler calls these while it works.
    aside = std::thread([&] {
      auto opened = connectors_.Open("stuck", {});
      connector::CheckResponse response;
      (*opened)->Check(&response).IgnoreError();
    });
  }
  stuck_->WaitUntilBlocked();
  EnterClients(500);
  EXPECT_TRUE(AllCome());
  EXPECT_TRUE((*scheduler)->ListConnections().ok());
  v1::SyncRequest request;
  request.add_connections("shop");
  EXPECT_TRUE((*scheduler)->Sync(request, [](const auto&) {}, {}).ok());
  {
    std::lock_guard lock(stuck_->mutex);
    EXPECT_TRUE(stuck_->blocked);
  }
  stuck_->Release();
  if (aside.joinable()) aside.join();
  (*scheduler)->Stop();
}

INSTANTIATE_TEST_SUITE_P(InEachCallback, BlockedTest,
                         testing::Values("open", "check", "read", "apply", "find", "close"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace entrepot::sync
