// Where the records of bulk kinds are: key hash → id and base digest, in memory because an index
// on disk costs a page for every row that comes in random order. Keys and digests lie by id: rows
// that come in the order of the time before find theirs side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "core/base/digest.h"
#include "core/store/transaction.h"

namespace entrepot::store {

// Changed by the writer only, in place; DropTo undoes what was rolled back.
class BulkIndex {
 public:
  BulkIndex() : ids_(0, Hash{&keys_}, Equal{&keys_}) {}
  BulkIndex(const BulkIndex&) = delete;
  BulkIndex& operator=(const BulkIndex&) = delete;

  void Reserve(size_t count);

  // The writer's thread.
  std::optional<BulkBase> Find(const Digest128& key) const;
  // The base digest of a record of a bulk kind; 0: it has none, or there is no such record.
  uint64_t DigestOf(uint64_t record_id) const {
    return record_id < digests_.size() ? digests_[record_id] : 0;
  }
  // Announces that `key` is looked for `ahead` lookups later: a cache miss less then.
  void Prefetch(const Digest128& key, size_t ahead) const {
    if (!IsAt(found_ + ahead, key)) ids_.prefetch(key);
  }
  // The key that the record had before, if another, is free then. REQUIRES: no other record has
  // the key.
  void Set(const Digest128& key, const BulkBase& base);
  size_t staged() const { return undo_.size(); }
  void DropTo(size_t count);
  void Commit() { undo_.clear(); }
  // While loading: no undo.
  void Load(const Digest128& key, const BulkBase& base) { Place(key, base); }

  // Any thread. May be newer than the caller's snapshot: check that the record has this key there.
  std::optional<uint64_t> FindId(const Digest128& key) const;

 private:
  // A record is found in the set by its key, which lies in `keys`.
  struct Hash {
    using is_transparent = void;
    const std::vector<Digest128>* keys;
    size_t operator()(const Digest128& key) const { return key.low; }  // already uniform
    size_t operator()(uint64_t id) const { return (*keys)[id].low; }
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<Digest128>* keys;
    bool operator()(uint64_t id, const Digest128& key) const { return (*keys)[id] == key; }
    bool operator()(const Digest128& key, uint64_t id) const { return (*keys)[id] == key; }
    bool operator()(uint64_t a, uint64_t b) const { return a == b; }
  };
  struct Undo {
    uint64_t record_id;
    Digest128 key;  // before; none: it was not there
    uint64_t digest;
  };

  bool IsAt(uint64_t record_id, const Digest128& key) const {
    return record_id < keys_.size() && keys_[record_id] == key;
  }
  bool Has(uint64_t record_id) const;
  void Place(const Digest128& key, const BulkBase& base);

  mutable std::shared_mutex mutex_;  // the writer against FindId
  std::vector<Digest128> keys_;      // by id; no key: not of a bulk kind
  std::vector<uint64_t> digests_;    // by id
  absl::flat_hash_set<uint64_t, Hash, Equal> ids_;
  std::vector<Undo> undo_;
  mutable uint64_t found_ = 0;  // last: rows often come in the order in which ids were given
};

}  // namespace entrepot::store
