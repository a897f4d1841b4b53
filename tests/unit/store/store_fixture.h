// A store in a folder of its own, on a clock that tests move, and bodies to put into it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/reason.h"
#include "core/domain/kind.h"
#include "core/store/store.h"
#include "entrepot/v1/record.pb.h"

namespace entrepot::store {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> micros_{1'700'000'000'000'000};
};

inline v1::Client ClientNamed(const std::string& code, const std::string& name) {
  v1::Client client;
  client.set_code(code);
  client.set_name(name);
  return client;
}

inline v1::StockLevel StockOf(uint64_t product, uint64_t warehouse, int64_t on_hand) {
  v1::StockLevel level;
  level.set_product_id(product);
  level.set_warehouse_id(warehouse);
  level.mutable_on_hand()->set_units(on_hand);
  return level;
}

// Index of a field in its message, as in PutRequest::covers.
template <typename T>
int FieldIndex(const std::string& name) {
  return T::descriptor()->FindFieldByName(name)->index();
}

template <typename T>
Digest128 BulkKeyOf(const T& body) {
  const domain::Kind kind = domain::KindOf<T>();
  return BulkKey(kind, domain::KeyBytes(domain::InfoOf(kind), body));
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = testing::TempDir() + "/store_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    Open();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  StoreOptions Options() const { return {.folder = folder_ / "data", .clock = &clock_}; }

  void Open() { Open(Options()); }
  void Open(const StoreOptions& options) {
    store_.reset();
    auto store = Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    for (Projection* projection : projections_) store_->AddProjection(projection);
    const absl::Status started = store_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }

  // A write that must succeed.
  void Write(const Store::Work& work) {
    const absl::Status status = store_->Write(work);
    ASSERT_TRUE(status.ok()) << status;
  }

  Snapshot Read() const {
    auto snapshot = store_->Read();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return *std::move(snapshot);
  }

  template <typename T>
  static absl::StatusOr<PutResult> PutIn(Transaction& transaction, const T& body, uint64_t id = 0,
                                         std::string_view origin = "api:test") {
    return transaction.Put(
        {.kind = domain::KindOf<T>(), .id = id, .body = &body, .origin = origin});
  }

  // In a transaction of its own.
  template <typename T>
  absl::StatusOr<PutResult> Put(const T& body, uint64_t id = 0,
                                std::string_view origin = "api:test") {
    absl::StatusOr<PutResult> result;
    const absl::Status status = store_->Write([&](Transaction& transaction) {
      result = PutIn(transaction, body, id, origin);
      return result.status();
    });
    if (!status.ok()) return status;
    return result;
  }

  absl::StatusOr<PutResult> Delete(domain::Kind kind, uint64_t id) {
    absl::StatusOr<PutResult> result;
    const absl::Status status = store_->Write([&](Transaction& transaction) {
      result = transaction.Put({.kind = kind, .id = id, .deleted = true, .origin = "api:test"});
      return result.status();
    });
    if (!status.ok()) return status;
    return result;
  }

  v1::Record Get(uint64_t id) const {
    auto record = Read()->Get(id);
    EXPECT_TRUE(record.ok()) << record.status();
    EXPECT_TRUE(record->has_value()) << "no record " << id;
    return record->value_or(v1::Record());
  }

  FakeClock clock_;
  std::filesystem::path folder_;
  std::vector<Projection*> projections_;
  std::unique_ptr<Store> store_;
};

// One ordinary and one bulk kind: the store knows no other difference.
inline constexpr domain::Kind kClient = domain::Kind::kClient;
inline constexpr domain::Kind kStockLevel = domain::Kind::kStockLevel;

}  // namespace entrepot::store
