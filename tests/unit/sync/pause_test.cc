// Connections that a person pauses: nothing is read or written, nothing is lost, and a restart does
// not end it.
#include "core/base/reason.h"
#include "core/sync/scheduler.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::HasSubstr;

constexpr char kCrm[] = R"pb(
  connections {
    key: "crm"
    value {
      connector: "crm"
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
)pb";

class PauseTest : public SyncTest {
 protected:
  PauseTest() {
    Configure(kCrm);
    crm_->manifest.set_source(true);
    crm_->manifest.set_sink(true);
    crm_->manifest.set_finds(true);
    crm_->manifest.set_typed_records(true);
    connectors_.systems["crm"] = crm_;
    StartHub();
  }
  ~PauseTest() override { scheduler_.reset(); }

  void StartHub() {
    scheduler_.reset();
    auto made = Scheduler::Make(
        {.config = &config_,
         .store = store_.get(),
         .connectors = &connectors_,
         .clock = &system_clock_,
         .make_open_request = [](const auto&, const auto&) { return connector::OpenRequest(); }});
    ASSERT_TRUE(made.ok()) << made.status();
    scheduler_ = *std::move(made);
    scheduler_->Start();
  }
  void EnterClient(const std::string& code) {
    v1::Client client;
    client.set_code(code);
    Enter(client);
  }
  template <typename Condition>
  bool Soon(Condition condition) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      {
        std::lock_guard lock(crm_->mutex);
        if (condition()) return true;
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
    return false;
  }
  size_t Reads() {
    std::lock_guard lock(crm_->mutex);
    return crm_->reads.size();
  }
  uint64_t Pending() {
    uint64_t pending = 0;
    const auto counts = Read()->CountDeliveries("crm");
    for (const auto& [state, count] : *counts) {
      if (state == store::DeliveryState::kPending) pending = count;
    }
    return pending;
  }

  SystemClock system_clock_;
  std::shared_ptr<FakeSystem> crm_ = std::make_shared<FakeSystem>();
  std::unique_ptr<Scheduler> scheduler_;
};

TEST_F(PauseTest, NothingIsReadOrWrittenAndNothingIsLost) {
  EnterClient("C1");
  ASSERT_TRUE(Soon([&] { return crm_->held.size() == 1 && !crm_->reads.empty(); }));
  const auto paused = scheduler_->Pause("crm", "api:anna");
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->state(), v1::CONNECTION_STATE_PAUSED);
  EXPECT_EQ(paused->paused_by(), "api:anna");
  EnterClient("C2");
  // It is noted, and stays.
  ASSERT_TRUE(Soon([&] { return Pending() == 1; }));
  const size_t reads = Reads();
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_LE(Reads(), reads + 1) << "a run that was under way";
  EXPECT_EQ(crm_->held.size(), 1);
  ASSERT_TRUE(scheduler_->Resume("crm", "api:anna").ok());
  EXPECT_TRUE(Soon([&] { return crm_->held.size() == 2 && crm_->reads.size() > reads + 1; }));
  EXPECT_NE(scheduler_->ListConnections()->connections(0).state(), v1::CONNECTION_STATE_PAUSED);
}

TEST_F(PauseTest, ARestartDoesNotEndIt) {
  ASSERT_TRUE(scheduler_->Pause("crm", "api:anna").ok());
  ASSERT_TRUE(scheduler_->Pause("crm", "api:boris").ok());
  scheduler_.reset();
  OpenStore();
  StartHub();
  const v1::ConnectionStatus status = scheduler_->ListConnections()->connections(0);
  EXPECT_EQ(status.state(), v1::CONNECTION_STATE_PAUSED);
  EXPECT_EQ(status.paused_by(), "api:anna") << "who paused it first";
  EnterClient("C1");
  ASSERT_TRUE(Soon([&] { return Pending() == 1; }));
  EXPECT_TRUE(crm_->held.empty());
}

TEST_F(PauseTest, ASyncThatNamesItIsRefusedAndOneOfAllLeavesItOut) {
  ASSERT_TRUE(scheduler_->Pause("crm", "api:anna").ok());
  v1::SyncRequest request;
  EXPECT_TRUE(scheduler_->Sync(request, [](const auto&) {}, {}).ok());
  request.add_connections("crm");
  const absl::Status refused = scheduler_->Sync(request, [](const auto&) {}, {});
  EXPECT_EQ(ReasonOf(refused), "CONNECTION_PAUSED");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("entrepot connections resume crm"));
  EXPECT_EQ(ReasonOf(scheduler_->Pause("cmr", "api:anna").status()), "CONNECTION_NOT_FOUND");
}

TEST_F(PauseTest, EndsAReadingThatIsUnderWay) {
  ASSERT_TRUE(scheduler_->Pause("crm", "api:anna").ok());
  {
    std::lock_guard lock(crm_->mutex);
    crm_->blocks = true;
    crm_->blocks_in = "read";
  }
  ASSERT_TRUE(scheduler_->Resume("crm", "api:anna").ok());
  crm_->WaitUntilBlocked();
  ASSERT_TRUE(scheduler_->Pause("crm", "api:anna").ok());
  EXPECT_TRUE(Soon([&] { return !crm_->blocked; }));
}

}  // namespace
}  // namespace entrepot::sync
