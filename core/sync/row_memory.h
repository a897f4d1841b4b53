// What the rows of the last full read became, in the order in which they came: most rows of the
// next one read the same, letter by letter, and stand in the same order, so that they need not be
// mapped again to be seen as unchanged. A row's text always becomes the same record and digest,
// until an outside id or a key comes to mean another record (Store::identity_generation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/mapping/row_table.h"

namespace entrepot::sync {

// Of a row's cells, by which it is known again; 0: it cannot be. `columns`: DigestOfColumns.
uint64_t DigestOfText(const mapping::RowView& row, uint64_t columns);
uint64_t DigestOfColumns(const mapping::RowTable& rows);

// Built by one thread, then read by any.
class RowMemory {
 public:
  struct Row {
    uint64_t text = 0;       // DigestOfText
    uint64_t record_id = 0;  // of a bulk kind
    uint64_t digest = 0;     // what its base was then
  };

  // Rows beyond `rows_max` are not kept.
  RowMemory(uint64_t generation, size_t rows_max) : generation_(generation), rows_max_(rows_max) {}

  void Add(const Row& row);
  size_t size() const { return rows_.size(); }
  void DropTo(size_t size) { rows_.resize(size); }
  // Before it is read.
  void Finish();

  // Store::identity_generation when its first row was mapped: it holds for no other.
  uint64_t generation() const { return generation_; }

 private:
  friend class RowRecall;
  const uint64_t generation_;
  const size_t rows_max_;
  std::vector<Row> rows_;
  // Where some of the rows stand, chosen by their text: the way back when rows were moved.
  absl::flat_hash_map<uint64_t, size_t> anchors_;
};

// Follows a memory row by row. Thread-compatible.
class RowRecall {
 public:
  explicit RowRecall(std::shared_ptr<const RowMemory> memory) : memory_(std::move(memory)) {}

  // nullptr: it is not found near where it is looked for. Lives as long as this.
  const RowMemory::Row* Find(uint64_t text);
  const RowMemory& memory() const { return *memory_; }

 private:
  std::optional<size_t> Near(uint64_t text) const;

  const std::shared_ptr<const RowMemory> memory_;
  size_t next_ = 0;
};

// The newest memory of each dataset. Thread-safe.
class RowMemories {
 public:
  // nullptr: there is none.
  std::shared_ptr<const RowMemory> Find(std::string_view dataset) const;
  void Keep(std::string_view dataset, std::shared_ptr<const RowMemory> memory);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const RowMemory>, std::less<>> by_dataset_;
};

}  // namespace entrepot::sync
