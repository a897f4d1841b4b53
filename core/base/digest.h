// Digests of bytes (XXH3): to see whether something changed, and to index keys in memory. Not for
// security. 128 bits where a collision would join two records, 64 where it would only miss a change
// with a chance of 2^-64.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace entrepot {

struct Digest128 {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const Digest128&, const Digest128&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Digest128& digest) {
    return H::combine(std::move(state), digest.low);  // already uniform
  }
};

Digest128 DigestOf128(std::string_view bytes);
uint64_t DigestOf64(std::string_view bytes);

}  // namespace entrepot
