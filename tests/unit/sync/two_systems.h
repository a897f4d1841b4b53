// A CRM and an ERP, both sources of clients by rows and both sinks of them, in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sync/arbiter.h"
#include "core/sync/dispatcher.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {

// Rows: id, code, name, tax_id, address. What is read and what is written are datasets of their
// own.
inline std::string System(const std::string& name, const std::string& more = "") {
  std::string fields;
  const std::pair<const char*, const char*> columns[] = {
      {"code", "code"}, {"name", "name"}, {"tax_id", "tax"}, {"address", "address"}};
  for (const auto& [field, column] : columns) {
    fields += std::string("fields { key: \"") + field + "\" value { from: \"" + column + "\" } }\n";
  }
  return "connections { key: \"" + name + "\" value { connector: \"" + name +
         "\" datasets { key: \"clients\" value { kind: \"client\" mapping { key: \"id\" " + fields +
         "} " + more + " } } datasets { key: \"back\" value { kind: \"client\" } } } }\n";
}

class TwoSystemsTest : public SyncTest {
 protected:
  TwoSystemsTest() {
    for (const std::string name : {"crm", "erp"}) {
      auto system = std::make_shared<FakeSystem>();
      system->manifest.set_id(name);
      system->manifest.set_source(true);
      system->manifest.set_sink(true);
      system->manifest.set_finds(true);
      connectors_.systems[name] = system;
    }
    // Both take everything, unless a test says otherwise.
    system_->manifest.set_sink(true);
  }
  ~TwoSystemsTest() override {
    dispatchers_.clear();
    links_.clear();
  }

  // `authority`: "main { … }" by group, as text.
  void Govern(const std::string& authority, const std::string& more = "") {
    Configure(
        System("crm", more) + System("erp", more) +
        (authority.empty() ? "" : "authority { key: \"client\" value { " + authority + " } }\n"));
    links_.clear();
    dispatchers_.clear();
    for (const ConnectionPlan& plan : plan_) {
      links_[plan.name] =
          std::make_shared<Link>(plan.name, plan.name,
                                 Link::Options{.connectors = &connectors_,
                                               .watchdog = watchdog_,
                                               .call_time_max = absl::Seconds(30),
                                               .make_open_request = [](const auto&, const auto&) {
                                                 return connector::OpenRequest();
                                               }});
      dispatchers_[plan.name] =
          std::make_unique<Dispatcher>(DispatcherOptions{.store = store_.get(),
                                                         .clock = &clock_,
                                                         .limits = &config_.limits(),
                                                         .environment = Options().environment},
                                       &plan, links_[plan.name]);
    }
  }
  static std::string Group(const std::string& name, const std::string& rule) {
    return "groups { key: \"" + name + "\" value { " + rule + " } }\n";
  }

  // What a system shows of its clients, and the hub reads: {id, code, name, tax, address}.
  store::Run Show(const std::string& system, const std::vector<Cells>& rows) {
    connectors_.systems[system]->batches["clients"].push_back(
        Rows({"id", "code", "name", "tax", "address"}, rows));
    return ReadAll(system);
  }
  // Everything that it has, in one full read.
  store::Run ShowAll(const std::string& system, const std::vector<Cells>& rows) {
    connectors_.systems[system]->batches["clients"].push_back(
        Whole(Rows({"id", "code", "name", "tax", "address"}, rows)));
    return ReadAll(system);
  }
  store::Run ReadAll(const std::string& system) {
    clock_.Advance(absl::Seconds(1));
    auto end = Intake(Options()).Run(PlanOf(system), links_[system], {}, nullptr, {});
    EXPECT_TRUE(end.ok() && end->status.ok()) << end.status() << end->status;
    return end.ok() ? end->run : store::Run{};
  }
  const DatasetPlan& PlanOf(const std::string& system) {
    for (const ConnectionPlan& connection : plan_) {
      if (connection.name != system) continue;
      for (const DatasetPlan& dataset : connection.datasets) {
        if (dataset.name == "clients") return dataset;
      }
    }
    ADD_FAILURE() << "no system " << system;
    return plan_.front().datasets.front();
  }

  // Everything due goes out to a system.
  void Deliver(const std::string& system) {
    clock_.Advance(absl::Seconds(1));
    for (int i = 0; i < 100; ++i) {
      const auto worked = dispatchers_[system]->Round();
      ASSERT_TRUE(worked.ok()) << worked.status();
      if (!*worked) return;
    }
    FAIL() << "the dispatcher never rests";
  }
  // What a system was last sent for a client.
  v1::Client SentTo(const std::string& system, const std::string& code) {
    return connectors_.systems[system]->held[code].last.record().client();
  }
  int WritesTo(const std::string& system, const std::string& code) {
    return connectors_.systems[system]->held[code].writes;
  }

  v1::Client ClientOf(const std::string& code) {
    const auto record = RecordOf<v1::Client>(code);
    return record ? record->client() : v1::Client();
  }
  std::vector<store::Conflict> Open() { return *Read()->ListConflicts(false, {}); }
  std::vector<store::Conflict> All() { return *Read()->ListConflicts(true, {}); }
  static v1::Client Theirs(const store::Conflict& conflict) {
    v1::Client client;
    EXPECT_TRUE(client.ParseFromString(conflict.theirs));
    return client;
  }

  std::map<std::string, std::shared_ptr<Link>> links_;
  std::map<std::string, std::unique_ptr<Dispatcher>> dispatchers_;
};

}  // namespace entrepot::sync
