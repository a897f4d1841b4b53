#include "core/store/bulk_index.h"

#include <cstring>
#include <mutex>
#include <string>

namespace entrepot::store {

void BulkIndex::Reserve(size_t count) {
  const std::unique_lock lock(mutex_);
  entries_.reserve(count);
}

void BulkIndex::Set(const Digest128& key, const BulkBase& base) {
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.record_id == base.record_id) {
    // Other threads read ids only: no lock.
    undo_.push_back({key, found->second});
    found->second.digest = base.digest;
    return;
  }
  const std::unique_lock lock(mutex_);
  undo_.push_back({key, found == entries_.end() ? BulkBase{} : found->second});
  entries_.insert_or_assign(key, base);
}

void BulkIndex::Erase(const Digest128& key) {
  const std::unique_lock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  undo_.push_back({key, found->second});
  entries_.erase(found);
}

void BulkIndex::DropTo(size_t count) {
  const std::unique_lock lock(mutex_);
  for (; undo_.size() > count; undo_.pop_back()) {
    const Undo& undo = undo_.back();
    if (undo.before.record_id == 0) {
      entries_.erase(undo.key);
    } else {
      entries_.insert_or_assign(undo.key, undo.before);
    }
  }
}

std::optional<uint64_t> BulkIndex::FindId(const Digest128& key) const {
  const std::shared_lock lock(mutex_);
  const BulkBase* base = Find(key);
  return base == nullptr ? std::nullopt : std::optional(base->record_id);
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
