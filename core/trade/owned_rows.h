// A table in memory: rows that belong to an owner (a product's stock levels, an order's requests),
// with what the writer has staged on top. Readers on any thread see committed rows; the writer sees
// its own staged ones too, so that a later work of the same commit sees the earlier ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/trade/row_storage.h"

namespace entrepot::trade {

// kWriter is for the writer's thread only, inside Store::Work or Projection calls.
enum class View { kCommitted, kWriter };

// Row has a member `uint64_t key`. An owner may have several rows of one key.
template <typename Row, typename Storage = ChainedRows<Row>>
class OwnedRows {
 public:
  using RowType = Row;

  // Writer, or before there are readers.
  void Load(uint64_t owner, Row row) { rows_.Insert(owner, std::move(row)); }

  // Writer. Set takes the place of the row of its key, of which there is one at the most; Add joins
  // those that are there.
  void StageSet(uint64_t owner, Row row) { Stage({owner, Op::kSet, std::move(row), kNone}); }
  void StageAdd(uint64_t owner, Row row) { Stage({owner, Op::kAdd, std::move(row), kNone}); }
  void StageRemove(uint64_t owner, uint64_t key) {
    Row row{};
    row.key = key;
    Stage({owner, Op::kRemove, std::move(row), kNone});
  }
  void DropLast() {
    const Staged& last = staged_.back();
    if (last.previous == kNone) {
      last_of_.erase(last.owner);
    } else {
      last_of_[last.owner] = last.previous;
    }
    staged_.pop_back();
  }
  // The lock is given up now and then, so that readers never wait for a whole intake transaction.
  void Commit() {
    for (size_t done = 0; done < staged_.size();) {
      std::unique_lock lock(mutex_);
      for (const size_t end = std::min(done + kCommitBatch, staged_.size()); done < end; ++done) {
        Apply(std::move(staged_[done]));
      }
    }
    staged_.clear();
    last_of_.clear();
  }

  // Nothing is committed. Any thread.
  bool empty() const {
    std::shared_lock lock(mutex_);
    return rows_.empty();
  }

  // Calls visit(const Row&) for the owner's rows, in no order. `visit` must not touch this table.
  template <typename Visit>
  void ForEach(uint64_t owner, View view, Visit visit) const {
    if (view == View::kCommitted) {
      std::shared_lock lock(mutex_);
      rows_.ForEach(owner, visit);
    } else if (auto last = last_of_.find(owner); last == last_of_.end()) {
      rows_.ForEach(owner, visit);
    } else {
      for (const Row& row : Overlaid(owner, last->second)) visit(row);
    }
  }
  std::vector<Row> Get(uint64_t owner, View view) const {
    std::vector<Row> rows;
    ForEach(owner, view, [&](const Row& row) { rows.push_back(row); });
    return rows;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kCommitBatch = 256;
  enum class Op : uint8_t { kSet, kAdd, kRemove };
  struct Staged {
    uint64_t owner;
    Op op;
    Row row;
    uint32_t previous;  // of the same owner, in staged_
  };

  void Stage(Staged staged) {
    auto [last, is_first] = last_of_.try_emplace(staged.owner, kNone);
    staged.previous = last->second;
    last->second = static_cast<uint32_t>(staged_.size());
    staged_.push_back(std::move(staged));
  }
  void Apply(Staged staged) {
    if (staged.op == Op::kRemove) return rows_.Remove(staged.owner, staged.row.key);
    if (staged.op == Op::kSet && rows_.Replace(staged.owner, staged.row)) return;
    rows_.Insert(staged.owner, std::move(staged.row));
  }
  std::vector<Row> Overlaid(uint64_t owner, uint32_t last) const {
    std::vector<uint32_t> changes;
    for (uint32_t at = last; at != kNone; at = staged_[at].previous) changes.push_back(at);
    std::vector<Row> rows;
    auto keep = [&](const Row& row) { rows.push_back(row); };
    rows_.ForEach(owner, keep);
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      const Staged& staged = staged_[*change];
      if (staged.op != Op::kAdd) {
        std::erase_if(rows, [&](const Row& row) { return row.key == staged.row.key; });
      }
      if (staged.op != Op::kRemove) rows.push_back(staged.row);
    }
    return rows;
  }

  mutable std::shared_mutex mutex_;  // guards rows_ against the writer; it reads without
  Storage rows_;
  // Of the writer alone.
  std::vector<Staged> staged_;
  absl::flat_hash_map<uint64_t, uint32_t> last_of_;  // of an owner, in staged_
};

}  // namespace entrepot::trade
