// Which outside ids of a dataset have a parked row or a dead letter: so that the many rows that
// have none cost no question to the store, and so that the limits can be kept.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "core/store/snapshot.h"

namespace entrepot::sync {

// Thread-compatible. Changes count from when they are made; Rollback takes back those since Commit.
class Held {
 public:
  enum class Book : uint8_t { kNone, kParked, kDead };

  // Errors of the store.
  absl::Status Load(const store::Reader& reader, std::string_view dataset);

  Book Of(std::string_view outside_id) const;
  bool empty() const { return books_.empty(); }
  void Set(std::string_view outside_id, Book book);
  // A full read begins: rows parked before and not again since then are unseen.
  void Begin() { seen_.clear(); }
  bool Unseen(std::string_view outside_id) const;
  bool any_unseen() const { return parked_ > seen_.size(); }
  void Commit() { undo_.clear(); }
  void Rollback();

  uint64_t parked() const { return parked_; }
  uint64_t dead() const { return dead_; }

 private:
  void SetDigest(uint64_t digest, Book book);

  absl::flat_hash_map<uint64_t, Book> books_;  // by digest of the outside id
  absl::flat_hash_set<uint64_t> seen_;         // of the parked ones
  std::vector<std::pair<uint64_t, Book>> undo_;
  uint64_t parked_ = 0;
  uint64_t dead_ = 0;
};

}  // namespace entrepot::sync
