// What a row costs on its way into a record: a stock row of six cells, as a warehouse writes it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/absl_view.h"
#include "core/domain/kind.h"
#include "core/mapping/mapping.h"
#include "entrepot/v1/stock_level.pb.h"
#include "google/protobuf/text_format.h"

namespace {
int64_t allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace entrepot::mapping {
namespace {

constexpr char kMapping[] = R"(
  key: "Артикул" key: "Склад"
  formats { decimal_separator: "," time: "%d.%m.%Y %H:%M:%S" }
  fields { key: "product_id" value { from: "Артикул" required: true } }
  fields { key: "warehouse_id" value { from: "Склад" required: true } }
  fields { key: "on_hand" value { from: "Остаток" required: true } }
  fields { key: "on_hold" value { from: "Брак" } }
  fields { key: "reserved" value { from: "Резерв" } }
  fields { key: "as_of" value { from: "На момент" } })";
constexpr const char* kColumns[] = {"Артикул", "Склад", "Остаток", "Брак", "Резерв", "На момент"};
constexpr int kProducts = 100'000;
constexpr int kRows = 1'000;  // a batch

std::unique_ptr<RowMapper> Mapper() {
  config::v1::Mapping mapping;
  google::protobuf::TextFormat::ParseFromString(kMapping, &mapping);
  Environment environment;
  absl::LoadTimeZone("Europe/Moscow", &environment.time_zone);
  environment.currency = "RUB";
  auto mapper = RowMapper::Compile(**domain::FindKind("stock_level"), mapping, environment);
  google::protobuf::RepeatedPtrField<std::string> columns(std::begin(kColumns), std::end(kColumns));
  if (!mapper.ok() || !(*mapper)->BindColumns(columns).ok()) std::abort();
  return *std::move(mapper);
}

std::string Sku(int product) { return "SKU-" + std::to_string(100'000 + product); }

void BM_StockRow(benchmark::State& state) {
  absl::flat_hash_map<std::string, uint64_t> ids;
  for (int i = 0; i < kProducts; ++i) ids[Sku(i)] = i + 1;
  for (int i = 0; i < 10; ++i) ids["W" + std::to_string(i)] = kProducts + i + 1;
  const Resolver resolve = [&ids](domain::Kind, std::string_view id) -> std::optional<uint64_t> {
    const auto found = ids.find(AbslView(id));
    if (found == ids.end()) return std::nullopt;
    return found->second;
  };
  connector::v1::Rows rows;
  for (int i = 0; i < kRows; ++i) {
    connector::v1::Row* row = rows.add_rows();
    row->add_cells(Sku(i * 7919 % kProducts));
    row->add_cells("W" + std::to_string(i * 31 % 10));
    row->add_cells(std::to_string(i % 500) + ",250");
    row->add_cells("0");
    row->add_cells(std::to_string(i % 7));
    row->add_cells("24.11.2026 15:30:00");
  }
  const std::string bytes = rows.SerializeAsString();
  RowTable table;
  if (!table.Merge(bytes)) std::abort();
  const std::unique_ptr<RowMapper> mapper = Mapper();
  v1::StockLevel body;
  std::string outside_id;
  int row = 0;
  const int64_t allocations_before = allocations;
  for (auto _ : state) {
    if (mapper->Map(table.row(row), resolve, &body, &outside_id) != RowOutcome::kMapped) {
      state.SkipWithError("a row was not mapped");
    }
    benchmark::DoNotOptimize(body);
    if (++row == kRows) row = 0;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(allocations - allocations_before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_StockRow);

}  // namespace
}  // namespace entrepot::mapping

BENCHMARK_MAIN();
