// How alike two products of a family are by their attributes: integers only, no text is built. Used
// to choose analogues; what it finds is put into words afterwards.
#pragma once

#include <cstdint>

#include "core/trade/catalogue.h"

namespace entrepot::trade {

// Numbers that differ by no more than this are near: 45 mm for 40 mm, never M10 for M8.
inline constexpr int kNearPercent = 15;

enum class Match { kSame, kNear, kOther };

// Numbers in other units of the same category are converted. `distance`: for kNear, the difference
// in thousandths of the larger.
Match CompareAttributes(const AttributeInfo& wanted, const AttributeInfo& offered, int* distance);

// The attribute of that name; nullptr: none.
const AttributeInfo* FindAttribute(const ProductInfo& product, Interned name);

struct Likeness {
  int points = 0;    // 2 for each attribute of the wanted one that is the same, 1 where it is near
  int distance = 0;  // of the near ones together
  bool fits = false;
};

// Fits: no number is far off, at least one attribute is the same, and two thirds of the points that
// can be had are reached. A product without attributes is like no other.
Likeness Compare(const ProductInfo& wanted, const ProductInfo& offered);

// May one be counted in the other's unit? Then one unit of `wanted` is so many units of `offered`.
bool UnitsAgree(const ProductInfo& wanted, const ProductInfo& offered, int64_t* numerator,
                int64_t* denominator);

}  // namespace entrepot::trade
