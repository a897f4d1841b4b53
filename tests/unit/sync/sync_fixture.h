// A store in a folder of its own, connections to outside systems in memory, and a clock that tests
// move.
#pragma once

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/absl_view.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "core/sync/intake.h"
#include "core/sync/key_text.h"
#include "core/sync/match_index.h"
#include "core/sync/replay.h"
#include "core/sync/watchdog.h"
#include "entrepot/config/v1/config.pb.h"
#include "tests/unit/sync/fake_connector.h"

namespace entrepot::sync {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> micros_{1'700'000'000'000'000};
};

inline constexpr char kLimits[] = R"pb(
  hub { time_zone: "Europe/Moscow" currency: "RUB" }
  limits {
    intake_rows_max: 100
    intake_time_max { seconds: 1 }
    batch_rows_max: 10
    batch_bytes_max: 1000000
    parked_max: 50
    dead_letters_max: 50
    conflicts_max: 50
    apply_records_max: 100
    delivery_attempts_max: 3
    connector_call_time_max { seconds: 30 }
    remembered_rows_max: 1000
  }
)pb";

// A warehouse system: products, warehouses and stock, told by rows.
inline constexpr char kWarehouse[] = R"pb(
  connections {
    key: "wh"
    value {
      connector: "fake"
      datasets {
        key: "stock"
        value {
          kind: "stock_level"
          mapping {
            key: [ "sku", "place" ]
            fields {
              key: "product_id"
              value { from: "sku" required: true }
            }
            fields {
              key: "warehouse_id"
              value { from: "place" required: true }
            }
            fields {
              key: "on_hand"
              value { from: "count" required: true }
            }
          }
        }
      }
      datasets {
        key: "products"
        value {
          kind: "product"
          mapping {
            key: "sku"
            fields {
              key: "sku"
              value { from: "sku" required: true }
            }
            fields {
              key: "name"
              value { from: "name" required: true }
            }
            fields {
              key: "lead_time_days"
              value { from: "days" }
            }
          }
        }
      }
      datasets {
        key: "places"
        value {
          kind: "warehouse"
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
)pb";

using Cells = std::vector<std::string>;

// A batch of rows from "<first column>.csv", the first in line `line`.
inline connector::ReadResponse Rows(const Cells& columns, const std::vector<Cells>& rows,
                                    uint64_t line = 2) {
  connector::ReadResponse batch;
  batch.mutable_rows()->set_location(columns[0] + ".csv");
  for (const std::string& column : columns) batch.mutable_rows()->add_columns(column);
  for (const Cells& cells : rows) {
    connector::Row* row = batch.mutable_rows()->add_rows();
    row->set_line(line++);
    uint32_t position = 1;
    std::string raw;
    for (const std::string& cell : cells) {
      row->add_cells(cell);
      row->add_positions(position);
      position += cell.size() + 1;
      raw += (raw.empty() ? "" : ";") + cell;
    }
    row->set_raw(raw);
  }
  return batch;
}

inline connector::ReadResponse Products(const std::vector<Cells>& rows) {
  return Rows({"sku", "name", "days"}, rows);
}
inline connector::ReadResponse Stock(const std::vector<Cells>& rows) {
  return Rows({"sku", "place", "count"}, rows);
}
inline connector::ReadResponse Whole(connector::ReadResponse batch) {
  batch.set_snapshot_begin(true);
  batch.set_snapshot_end(true);
  return batch;
}

class SyncTest : public testing::Test {
 protected:
  SyncTest() {
    char pattern[] = "/tmp/entrepot-sync-XXXXXX";
    folder_ = mkdtemp(pattern);
    system_->manifest.set_id("fake");
    system_->manifest.set_version("1.0.0");
    system_->manifest.set_source(true);
    connectors_.systems["fake"] = system_;
    OpenStore();
  }
  ~SyncTest() override {
    link_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // What a restart of the hub does; whatever was not committed is gone.
  void OpenStore() {
    intake_.reset();
    store_.reset();
    auto opened = store::Store::Open({.folder = folder_, .clock = &clock_});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    if (!config_.connections().empty()) {
      auto matches = MatchIndex::From(config_);
      ASSERT_TRUE(matches.ok()) << matches.status();
      matches_ = *std::move(matches);
      store_->AddProjection(matches_.get());
    }
    ASSERT_TRUE(store_->Start().ok());
  }

  void Configure(const std::string& text) {
    intake_.reset();
    config_.Clear();
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(kLimits + text, &config_));
    authority_ = domain::Authority::From(config_);
    for (const auto& [name, connection] : config_.connections()) {
      for (const auto& [dataset_name, dataset] : connection.datasets()) {
        if (!dataset.match().empty() && matches_ == nullptr) OpenStore();  // with what it finds by
      }
    }
    auto plan = MakePlan(config_, &authority_, matches_.get());
    ASSERT_TRUE(plan.ok()) << plan.status();
    plan_ = *std::move(plan);
    for (ConnectionPlan& connection : plan_) {
      AssignRoles(system_->manifest, &connection);
      for (const DatasetPlan& dataset : connection.datasets) {
        if (dataset.sink) authority_.NoteSink(connection.name, dataset.kind->kind);
      }
    }
    link_ = LinkTo(plan_.front().name);
  }

  std::shared_ptr<Link> LinkTo(const std::string& connection) {
    return std::make_shared<Link>(
        connection, "fake",
        Link::Options{
            .connectors = &connectors_,
            .watchdog = watchdog_,
            .call_time_max = absl::Seconds(config_.limits().connector_call_time_max().seconds()),
            .make_open_request = [](const auto&, const auto&) {
              return connector::OpenRequest();
            }});
  }

  IntakeOptions Options() {
    mapping::Environment environment{.currency = "RUB"};
    absl::LoadTimeZone("Europe/Moscow", &environment.time_zone);
    return {store_.get(), &config_.limits(), environment};
  }

  const DatasetPlan& Dataset(const std::string& name) {
    for (const DatasetPlan& dataset : plan_.front().datasets) {
      if (dataset.name == name) return dataset;
    }
    ADD_FAILURE() << "no dataset " << name;
    return plan_.front().datasets.front();
  }

  IntakeEnd Run(const std::string& dataset, IntakeRequest request = {}) {
    clock_.Advance(absl::Seconds(1));
    if (intake_ == nullptr) intake_ = std::make_unique<Intake>(Options());
    auto end = intake_->Run(Dataset(dataset), link_, request, nullptr, {});
    EXPECT_TRUE(end.ok()) << end.status();
    return end.ok() ? *std::move(end) : IntakeEnd{};
  }
  store::Run RunOk(const std::string& dataset, IntakeRequest request = {}) {
    IntakeEnd end = Run(dataset, request);
    EXPECT_TRUE(end.status.ok()) << end.status;
    return end.run;
  }

  // Sets what a dataset gives from now on, after what was read.
  void Give(const std::string& dataset, std::vector<connector::ReadResponse> batches) {
    auto& all = system_->batches[dataset];
    std::move(batches.begin(), batches.end(), std::back_inserter(all));
  }
  // Instead of what it gave before, for full reads.
  void GiveOnly(const std::string& dataset, std::vector<connector::ReadResponse> batches) {
    system_->batches[dataset] = std::move(batches);
  }

  store::Snapshot Read() {
    auto snapshot = store_->Read();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return *std::move(snapshot);
  }

  template <typename T>
  std::optional<v1::Record> RecordOf(const std::string& key) {
    const auto reader = Read();
    const auto id = FindByKeyText(*reader, domain::InfoOf(domain::KindOf<T>()), key);
    EXPECT_TRUE(id.ok()) << id.status();
    if (!id.ok() || !*id) return std::nullopt;
    return *reader->Get(**id);
  }
  int64_t OnHand(const std::string& key) {
    const auto record = RecordOf<v1::StockLevel>(key);
    return record ? record->stock_level().on_hand().units() : -1;
  }

  std::vector<store::ParkedItem> Parked() { return *Read()->ListParked({}); }
  std::vector<store::DeadLetter> Letters() { return *Read()->ListDeadLetters("", {}); }
  std::string CursorOf(const std::string& dataset) {
    return *Read()->Cursor("dataset:" + plan_.front().name + "/" + dataset);
  }

  // A person or a business operation of the hub changes something.
  template <typename T>
  uint64_t Enter(const T& body, uint64_t id = 0, bool deleted = false) {
    uint64_t put = 0;
    const absl::Status status = store_->Write([&](store::Transaction& tx) -> absl::Status {
      auto result = tx.Put({.kind = domain::KindOf<T>(),
                            .id = id,
                            .body = &body,
                            .deleted = deleted,
                            .origin = "api:anna"});
      if (result.ok()) put = result->id;
      return result.status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return put;
  }

  FakeClock clock_;
  std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<FakeSystem> system_ = std::make_shared<FakeSystem>();
  FakeConnectors connectors_;
  std::shared_ptr<Watchdog> watchdog_ = std::make_shared<Watchdog>();
  config::v1::Config config_;
  domain::Authority authority_;
  std::unique_ptr<MatchIndex> matches_;  // of the configuration with which the store was opened
  std::vector<ConnectionPlan> plan_;
  std::shared_ptr<Link> link_;
  std::unique_ptr<Intake> intake_;  // remembers rows, until the hub is started again
};

}  // namespace entrepot::sync
