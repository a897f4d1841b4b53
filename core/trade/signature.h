// Eight bytes that stand for a product's attributes, so that the products of a family can be passed
// over without looking at them. A filter only: whoever passes is compared attribute by attribute.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/domain/decimal.h"

namespace entrepot::trade {

struct ProductInfo;

// One byte for each of eight groups of attribute names: 0 where the product has none of them, a
// digest of the value where it has one, kSeveral where it has more. Near numbers have near bytes.
uint64_t SignatureOf(const ProductInfo& product);

// What is wanted, taken apart once.
class SignatureFilter {
 public:
  explicit SignatureFilter(const ProductInfo& wanted);
  // False: no product of this signature can be like it (see Compare in likeness.h).
  bool MayFit(uint64_t signature) const;

 private:
  struct Lane {
    int shift;
    uint8_t value;
    bool number;
  };
  std::array<Lane, 8> lanes_{};
  int count_ = 0;
  int misses_max_ = 0;
};

}  // namespace entrepot::trade
