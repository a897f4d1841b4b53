// Many records compared without keeping them: each side adds up what it holds in ranges of a hash
// of the ids, and only ranges whose sums differ are looked at one by one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/digest.h"

namespace entrepot::sync {

inline constexpr size_t kBuckets = 4096;

inline size_t BucketOf(std::string_view id) { return DigestOf64(id) % kBuckets; }

// Thread-compatible.
class BucketSums {
 public:
  // In any order; the same set gives the same sums. `content`: equal for equal content.
  void Add(std::string_view id, uint64_t content) {
    const uint64_t hash = DigestOf64(id);
    Bucket& bucket = buckets_[hash % kBuckets];
    // Mixed, so that two ids that change places do not cancel out.
    const uint64_t pair[] = {hash, content};
    bucket.sum += DigestOf64({reinterpret_cast<const char*>(pair), sizeof(pair)});
    ++bucket.count;
    ++count_;
  }
  uint64_t count() const { return count_; }
  uint64_t CountIn(size_t bucket) const { return buckets_[bucket].count; }
  bool SameIn(size_t bucket, const BucketSums& other) const {
    return buckets_[bucket].sum == other.buckets_[bucket].sum &&
           buckets_[bucket].count == other.buckets_[bucket].count;
  }

 private:
  struct Bucket {
    uint64_t sum = 0;
    uint64_t count = 0;
  };
  std::array<Bucket, kBuckets> buckets_{};
  uint64_t count_ = 0;
};

// Some of the buckets.
using BucketSet = std::vector<bool>;

}  // namespace entrepot::sync
