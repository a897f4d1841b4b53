// Two ways to keep the rows of owners: chained where there are millions of owners with a few rows
// each, side by side where a few owners have thousands that are walked at once. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace entrepot::trade {

// Rows lie in one deque, chained by owner: about 20 bytes beside the row, with no allocation each.
template <typename Row>
class ChainedRows {
 public:
  bool empty() const { return heads_.empty(); }
  void Insert(uint64_t owner, Row row) {
    auto [head, is_new] = heads_.try_emplace(owner, kNone);
    uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<uint32_t>(nodes_.size());
      nodes_.push_back({std::move(row), head->second});
    } else {
      free_ = nodes_[index].next;
      nodes_[index] = {std::move(row), head->second};
    }
    head->second = index;
  }
  // The row of its key, if there is one.
  bool Replace(uint64_t owner, Row& row) {
    auto head = heads_.find(owner);
    if (head == heads_.end()) return false;
    for (uint32_t at = head->second; at != kNone; at = nodes_[at].next) {
      if (nodes_[at].row.key != row.key) continue;
      nodes_[at].row = std::move(row);
      return true;
    }
    return false;
  }
  // All rows of the key.
  void Remove(uint64_t owner, uint64_t key) {
    auto head = heads_.find(owner);
    if (head == heads_.end()) return;
    for (uint32_t* link = &head->second; *link != kNone;) {
      Node& node = nodes_[*link];
      if (node.row.key != key) {
        link = &node.next;
        continue;
      }
      const uint32_t gone = *link;
      *link = node.next;
      node = {Row{}, free_};
      free_ = gone;
    }
    if (head->second == kNone) heads_.erase(head);
  }
  template <typename Visit>
  void ForEach(uint64_t owner, Visit& visit) const {
    auto head = heads_.find(owner);
    if (head == heads_.end()) return;
    for (uint32_t at = head->second; at != kNone; at = nodes_[at].next) visit(nodes_[at].row);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    Row row;
    uint32_t next;
  };

  std::deque<Node> nodes_;
  absl::flat_hash_map<uint64_t, uint32_t> heads_;
  uint32_t free_ = kNone;
};

// Each owner's rows in a vector of their own, in no order.
template <typename Row>
class AdjacentRows {
 public:
  bool empty() const { return rows_.empty(); }
  void Insert(uint64_t owner, Row row) { rows_[owner].push_back(std::move(row)); }
  bool Replace(uint64_t owner, Row& row) {
    auto rows = rows_.find(owner);
    if (rows == rows_.end()) return false;
    auto same = std::find_if(rows->second.begin(), rows->second.end(),
                             [&](const Row& known) { return known.key == row.key; });
    if (same == rows->second.end()) return false;
    *same = std::move(row);
    return true;
  }
  void Remove(uint64_t owner, uint64_t key) {
    auto rows = rows_.find(owner);
    if (rows == rows_.end()) return;
    std::erase_if(rows->second, [&](const Row& row) { return row.key == key; });
    if (rows->second.empty()) rows_.erase(rows);
  }
  template <typename Visit>
  void ForEach(uint64_t owner, Visit& visit) const {
    auto rows = rows_.find(owner);
    if (rows == rows_.end()) return;
    for (const Row& row : rows->second) visit(row);
  }

 private:
  absl::flat_hash_map<uint64_t, std::vector<Row>> rows_;
};

}  // namespace entrepot::trade
