// What property tests draw: decimals over the whole range, with the awkward ones often.
#pragma once

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "core/domain/decimal.h"

namespace entrepot::domain {

using BigInt = boost::multiprecision::cpp_int;

inline BigInt Big(__int128 value) {
  const bool negative = value < 0;
  const unsigned __int128 magnitude =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  BigInt big = static_cast<uint64_t>(magnitude >> 64);
  big = (big << 64) + static_cast<uint64_t>(magnitude);
  return negative ? BigInt(-big) : big;
}

inline Decimal FromParts(int64_t units, int64_t nanos) {
  const auto signed_nanos = units < 0 ? -nanos : nanos;
  return Decimal::FromBillionths(static_cast<__int128>(units) * 1'000'000'000 + signed_nanos);
}

inline rc::Gen<int64_t> AnyNanos() {
  return rc::gen::weightedOneOf<int64_t>(
      {{2, rc::gen::inRange<int64_t>(0, 1'000'000'000)},
       {1, rc::gen::just<int64_t>(0)},
       {1, rc::gen::element<int64_t>(500'000'000, 999'999'999, 1, 5'000'000, 10'000'000)}});
}

inline rc::Gen<int64_t> AnyUnits() {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  return rc::gen::weightedOneOf<int64_t>({{4, rc::gen::inRange<int64_t>(-100'000, 100'000)},
                                          {2, rc::gen::inRange<int64_t>(kMin, kMax)},
                                          {1, rc::gen::element<int64_t>(0, 1, -1, kMax, kMin)}});
}

inline Decimal AnyDecimal() { return FromParts(*AnyUnits(), *AnyNanos()); }

}  // namespace entrepot::domain
