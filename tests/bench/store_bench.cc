// What the store part of a sync costs: a million stock records in transactions of 50,000 rows, as
// intake writes them. Prints rows a second for each pass: first load, all changed, nothing changed
// (found by the base digest, and by the body), and the time to start again. Bodies are made
// beforehand.
//   store_bench [rows] [folder]
#include <fmt/core.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/domain/kind.h"
#include "core/store/store.h"

namespace entrepot::store {
namespace {

constexpr size_t kRowsInTransaction = 50'000;
constexpr uint64_t kWarehouses = 10;
constexpr domain::Kind kKind = domain::Kind::kStockLevel;

class Stopwatch {
 public:
  // Of this process: what counts where the machine is shared.
  double CpuSeconds() const { return CpuNow() - cpu_start_; }
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  static double CpuNow() {
    struct rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double cpu_start_ = CpuNow();
};

v1::StockLevel RowOf(uint64_t row, int64_t pass) {
  v1::StockLevel level;
  level.set_product_id(1 + row / kWarehouses);
  level.set_warehouse_id(1'000'001 + row % kWarehouses);
  level.mutable_on_hand()->set_units(static_cast<int64_t>(row % 977) + pass);
  level.mutable_on_hold()->set_units(static_cast<int64_t>(row % 7));
  level.mutable_reserved()->set_units(static_cast<int64_t>(row % 13));
  level.mutable_as_of()->set_seconds(1'700'000'000 + pass);
  return level;
}

struct Prepared {
  v1::StockLevel body;
  Digest128 key;
  uint64_t digest;
};

std::vector<Prepared> Prepare(const std::vector<uint64_t>& order, int64_t pass) {
  std::vector<Prepared> rows;
  rows.reserve(order.size());
  for (const uint64_t row : order) {
    v1::StockLevel body = RowOf(row, pass);
    const Digest128 key = BulkKey(kKind, domain::KeyBytes(domain::InfoOf(kKind), body));
    std::string bytes;
    domain::AppendCanonicalBytes(body, &bytes);
    rows.push_back({std::move(body), key, DigestOf64(bytes)});
  }
  return rows;
}

// As intake does for each row of a bulk kind. `by_body`: without its shortcut.
absl::Status Take(Transaction& transaction, const Prepared& row, bool by_body) {
  const std::optional<BulkBase> base = transaction.FindBulk(row.key);
  if (base && base->digest == row.digest && !by_body) return absl::OkStatus();
  return transaction
      .Put({.kind = kKind,
            .id = base ? base->record_id : 0,
            .body = &row.body,
            .origin = "warehouse/stock",
            .base_digest = row.digest})
      .status();
}

void Pass(Store& store, const char* name, const std::vector<Prepared>& rows, bool by_body = false) {
  const Stopwatch watch;
  for (size_t from = 0; from < rows.size(); from += kRowsInTransaction) {
    const size_t to = std::min(rows.size(), from + kRowsInTransaction);
    const absl::Status status = store.WriteBulk([&](Transaction& transaction) -> absl::Status {
      for (size_t i = from; i < to; ++i) {
        const absl::Status taken = Take(transaction, rows[i], by_body);
        if (!taken.ok()) return taken;
      }
      return transaction.SetCursor("dataset:warehouse/stock", std::to_string(to));
    });
    if (!status.ok()) {
      fmt::print(stderr, "{}: {}\n", name, std::string(status.message()));
      exit(1);
    }
  }
  const double seconds = watch.Seconds();
  const double cpu_seconds = watch.CpuSeconds();
  const double thousands = static_cast<double>(rows.size()) / 1000;
  fmt::print("{:30} {:8.0f} k rows/s {:8.0f} k rows a CPU second  file {} MB\n", name,
             thousands / seconds, thousands / cpu_seconds, store.FileBytes() / 1'000'000);
}

uint64_t ResidentMegabytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * 4096 / 1'000'000;
}

std::unique_ptr<Store> OpenStore(const StoreOptions& options) {
  const Stopwatch watch;
  auto store = Store::Open(options);
  if (!store.ok() || !(*store)->Start().ok()) {
    fmt::print(stderr, "the store does not open\n");
    exit(1);
  }
  fmt::print("{:30} {:8.2f} s {:8.2f} CPU s\n", "open and start", watch.Seconds(),
             watch.CpuSeconds());
  return *std::move(store);
}

// What the mapping stage asks while the writer writes: two references a row.
void Resolve(Store& store) {
  constexpr uint64_t kProducts = 100'000;
  constexpr int kQuestions = 3'000'000;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < kProducts; ++i) names.push_back("SKU-" + std::to_string(100'000 + i));
  const absl::Status bound = store.WriteBulk([&](Transaction& transaction) -> absl::Status {
    for (uint64_t i = 0; i < kProducts; ++i) {
      const absl::Status status =
          transaction.Bind("warehouse", domain::Kind::kProduct, names[i], i + 1);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
  const Stopwatch watch;
  uint64_t found = 0;
  std::mt19937_64 random(3);
  for (int i = 0; i < kQuestions; ++i) {
    found += store.ResolveBinding("warehouse", domain::Kind::kProduct, names[random() % kProducts])
                 .has_value();
  }
  if (!bound.ok() || found != kQuestions) exit(1);
  fmt::print("{:30} {:8.0f} k a second {:8.0f} k a CPU second\n", "outside ids resolved",
             kQuestions / 1000 / watch.Seconds(), kQuestions / 1000 / watch.CpuSeconds());
}

void RunOrder(const char* name, std::vector<uint64_t> order, const std::filesystem::path& folder) {
  fmt::print("-- {}\n", name);
  const SystemClock clock;
  const StoreOptions options{.folder = folder, .clock = &clock};
  std::filesystem::remove_all(folder);
  auto store = OpenStore(options);
  std::vector<Prepared> rows = Prepare(order, 0);
  Pass(*store, "first load", rows);
  rows = Prepare(order, 1);
  Pass(*store, "all changed", rows);
  Pass(*store, "nothing changed, by digest", rows);
  Pass(*store, "nothing changed, by body", rows, true);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(2));
  rows = Prepare(order, 2);
  Pass(*store, "all changed, in another order", rows);
  Resolve(*store);
  rows.clear();
  rows.shrink_to_fit();
  store.reset();
  malloc_trim(0);  // what the rows had
  store = OpenStore(options);
  fmt::print("{:30} {:8} MB\n", "resident after starting", ResidentMegabytes());
  store.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace entrepot::store

int main(int argc, char** argv) {
  const size_t rows = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
  const std::filesystem::path folder = argc > 2 ? argv[2] : "/tmp/entrepot_store_bench";
  std::vector<uint64_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  entrepot::store::RunOrder("rows in key order", order, folder);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  entrepot::store::RunOrder("rows in random order", order, folder);
}
