// Where the records of bulk kinds are: key hash → id and base digest, in memory because an index
// on disk costs a page for every row that comes in random order.
#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/digest.h"
#include "core/store/transaction.h"

namespace entrepot::store {

// Changed by the writer only, in place; DropTo undoes what was rolled back.
class BulkIndex {
 public:
  void Reserve(size_t count);

  // The writer's thread.
  const BulkBase* Find(const Digest128& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  // Looking a key up is a cache miss, unless it was announced some lookups before.
  void Prefetch(const Digest128& key) const { entries_.prefetch(key); }
  void Set(const Digest128& key, const BulkBase& base);
  void Erase(const Digest128& key);
  size_t staged() const { return undo_.size(); }
  void DropTo(size_t count);
  void Commit() { undo_.clear(); }
  // While loading: no undo.
  void Load(const Digest128& key, const BulkBase& base) { entries_.insert_or_assign(key, base); }

  // Any thread. May be newer than the caller's snapshot: check that the record has this key there.
  std::optional<uint64_t> FindId(const Digest128& key) const;

 private:
  struct Undo {
    Digest128 key;
    BulkBase before;  // record_id 0: was not there
  };

  mutable std::shared_mutex mutex_;  // the writer against FindId
  absl::flat_hash_map<Digest128, BulkBase> entries_;
  std::vector<Undo> undo_;
};

}  // namespace entrepot::store
