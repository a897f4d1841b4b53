#include "core/store/bulk_index.h"

#include <cstring>
#include <mutex>
#include <string>

namespace entrepot::store {

void BulkIndex::Reserve(size_t count) {
  const std::unique_lock lock(mutex_);
  ids_.reserve(count);
}

std::optional<BulkBase> BulkIndex::Find(const Digest128& key) const {
  if (IsAt(found_ + 1, key)) {
    ++found_;
  } else {
    const auto found = ids_.find(key);
    if (found == ids_.end()) return std::nullopt;
    found_ = *found;
  }
  return BulkBase{found_, digests_[found_]};
}

bool BulkIndex::Has(uint64_t record_id) const {
  return record_id < keys_.size() && keys_[record_id] != Digest128{};
}

void BulkIndex::Set(const Digest128& key, const BulkBase& base) {
  const uint64_t id = base.record_id;
  const bool there = Has(id);
  undo_.push_back({.record_id = id,
                   .key = there ? keys_[id] : Digest128{},
                   .digest = there ? digests_[id] : 0});
  if (there && keys_[id] == key) {
    digests_[id] = base.digest;  // other threads read keys and ids only: no lock
    return;
  }
  const std::unique_lock lock(mutex_);
  if (there) ids_.erase(ids_.find(keys_[id]));
  Place(key, base);
}

void BulkIndex::Place(const Digest128& key, const BulkBase& base) {
  if (base.record_id >= keys_.size()) {
    keys_.resize(base.record_id + 1);
    digests_.resize(base.record_id + 1);
  }
  keys_[base.record_id] = key;
  digests_[base.record_id] = base.digest;
  ids_.insert(base.record_id);
}

void BulkIndex::DropTo(size_t count) {
  const std::unique_lock lock(mutex_);
  for (; undo_.size() > count; undo_.pop_back()) {
    const Undo& undo = undo_.back();
    const bool moved = keys_[undo.record_id] != undo.key;
    if (moved) {
      ids_.erase(ids_.find(keys_[undo.record_id]));
      keys_[undo.record_id] = undo.key;
      if (Has(undo.record_id)) ids_.insert(undo.record_id);
    }
    digests_[undo.record_id] = undo.digest;
  }
}

std::optional<uint64_t> BulkIndex::FindId(const Digest128& key) const {
  const std::shared_lock lock(mutex_);
  const auto found = ids_.find(key);
  return found == ids_.end() ? std::nullopt : std::optional(*found);
}

Digest128 BulkKey(domain::Kind kind, std::string_view key_bytes) {
  // Keys are short: the usual one is hashed without an allocation.
  char buffer[256];
  const auto number = static_cast<uint32_t>(kind);
  if (key_bytes.size() + sizeof(number) <= sizeof(buffer)) {
    std::memcpy(buffer, &number, sizeof(number));
    std::memcpy(buffer + sizeof(number), key_bytes.data(), key_bytes.size());
    return DigestOf128({buffer, sizeof(number) + key_bytes.size()});
  }
  std::string bytes(reinterpret_cast<const char*>(&number), sizeof(number));
  bytes.append(key_bytes);
  return DigestOf128(bytes);
}

}  // namespace entrepot::store
