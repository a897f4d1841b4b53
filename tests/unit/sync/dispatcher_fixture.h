// A dispatcher driven round by round, to an outside system in memory.
#pragma once

#include <memory>
#include <string>

#include "core/sync/dispatcher.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {

// A shop that takes clients and their contracts, as typed records.
inline constexpr char kShop[] = R"pb(
  connections {
    key: "shop"
    value {
      connector: "fake"
      datasets {
        key: "clients"
        value { kind: "client" }
      }
      datasets {
        key: "contracts"
        value { kind: "contract" }
      }
    }
  }
)pb";

// One that takes contracts only.
inline constexpr char kArchive[] = R"pb(
  connections {
    key: "archive"
    value {
      connector: "fake"
      datasets {
        key: "contracts"
        value { kind: "contract" }
      }
    }
  }
)pb";

class DispatcherTest : public SyncTest {
 protected:
  DispatcherTest() {
    system_->manifest.set_source(false);
    system_->manifest.set_sink(true);
    system_->manifest.set_finds(true);
    Use(kShop);
  }

  void Use(const std::string& config) {
    dispatcher_.reset();
    Configure(config);
    StartHub();
  }
  // As after a start of the hub.
  void StartHub() {
    dispatcher_.reset();
    dispatcher_ =
        std::make_unique<Dispatcher>(DispatcherOptions{.store = store_.get(),
                                                       .clock = &clock_,
                                                       .limits = &config_.limits(),
                                                       .environment = Options().environment},
                                     &plan_.front(), link_);
  }
  void KillHub() {
    dispatcher_.reset();
    OpenStore();
    StartHub();
  }
  // Rounds until there is nothing to do now.
  void Work() {
    for (int i = 0; i < 100; ++i) {
      const auto worked = dispatcher_->Round();
      ASSERT_TRUE(worked.ok()) << worked.status();
      if (!*worked) return;
    }
    FAIL() << "the dispatcher never rests";
  }

  uint64_t EnterClient(const std::string& code, const std::string& name, uint64_t id = 0) {
    v1::Client client;
    client.set_code(code);
    client.set_name(name);
    return Enter(client, id);
  }
  uint64_t EnterContract(const std::string& number, uint64_t client) {
    v1::Contract contract;
    contract.set_number(number);
    contract.set_client_id(client);
    return Enter(contract);
  }
  void DeleteClient(uint64_t id) { Enter(v1::Client(), id, /*deleted=*/true); }

  store::Delivery DeliveryOf(uint64_t id) {
    const auto delivery = *Read()->GetDelivery(plan_.front().name, id);
    return delivery ? *delivery : store::Delivery{};
  }
  int WritesOf(const std::string& key) { return system_->held[key].writes; }

  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace entrepot::sync
