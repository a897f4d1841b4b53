#include "core/trade/likeness.h"

#include <algorithm>

#include "core/domain/units.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;

Decimal Magnitude(Decimal value) { return value.sign() < 0 ? -value : value; }

Match CompareNumbers(Decimal wanted, Decimal offered, int* distance) {
  if (wanted == offered) return Match::kSame;
  const __int128 larger = std::max(Magnitude(wanted), Magnitude(offered)).billionths();
  const __int128 difference = Magnitude(wanted - offered).billionths();
  if (difference * 100 > larger * kNearPercent) return Match::kOther;
  *distance = static_cast<int>(difference * 1000 / larger);
  return Match::kNear;
}

}  // namespace

Match CompareAttributes(const AttributeInfo& wanted, const AttributeInfo& offered, int* distance) {
  if (!wanted.number || !offered.number) {
    const bool same = !wanted.number && !offered.number && wanted.text == offered.text;
    return same ? Match::kSame : Match::kOther;
  }
  if (wanted.unit == offered.unit) {
    return CompareNumbers(*wanted.number, *offered.number, distance);
  }
  const auto converted = domain::Convert(*offered.number, offered.unit.text(), wanted.unit.text());
  return converted.ok() ? CompareNumbers(*wanted.number, *converted, distance) : Match::kOther;
}

const AttributeInfo* FindAttribute(const ProductInfo& product, Interned name) {
  for (const AttributeInfo& attribute : product.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

Likeness Compare(const ProductInfo& wanted, const ProductInfo& offered) {
  Likeness likeness;
  bool any_same = false;
  for (const AttributeInfo& attribute : wanted.attributes) {
    const AttributeInfo* other = FindAttribute(offered, attribute.name);
    if (other == nullptr) continue;
    int distance = 0;
    const Match match = CompareAttributes(attribute, *other, &distance);
    if (match == Match::kOther && attribute.number) return {};
    if (match == Match::kSame) {
      any_same = true;
      likeness.points += 2;
    } else if (match == Match::kNear) {
      likeness.points += 1;
      likeness.distance += distance;
    }
  }
  likeness.fits = any_same && likeness.points * 3 >= static_cast<int>(wanted.attributes.size()) * 4;
  return likeness;
}

bool UnitsAgree(const ProductInfo& wanted, const ProductInfo& offered, int64_t* numerator,
                int64_t* denominator) {
  *numerator = *denominator = 1;
  if (wanted.unit == offered.unit) return true;
  const auto factor = domain::FactorBetween(wanted.unit.text(), offered.unit.text());
  if (!factor.ok()) return false;
  *numerator = factor->numerator;
  *denominator = factor->denominator;
  return true;
}

}  // namespace entrepot::trade
