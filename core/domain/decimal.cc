#include "core/domain/decimal.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

using Int128 = __int128;
using Uint128 = unsigned __int128;

constexpr int kPlacesMax = 9;
constexpr std::array<int64_t, kPlacesMax + 1> kPowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
constexpr int64_t kBillion = kPowersOfTen[kPlacesMax];
constexpr Int128 kMax =
    static_cast<Int128>(std::numeric_limits<int64_t>::max()) * kBillion + (kBillion - 1);
constexpr Int128 kMin =
    static_cast<Int128>(std::numeric_limits<int64_t>::min()) * kBillion - (kBillion - 1);

Uint128 Magnitude(Int128 value) {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

Int128 WithSign(Uint128 magnitude, bool negative) {
  return static_cast<Int128>(negative ? -magnitude : magnitude);
}

absl::Status NotANumber(std::string_view text) {
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_DECIMAL",
                 fmt::format("\"{}\" is not a number like -12.5", text));
}

absl::Status TooLarge(std::string_view what) {
  return Failure(absl::StatusCode::kOutOfRange, "DECIMAL_OUT_OF_RANGE",
                 fmt::format("{} is out of range: at most 19 digits, and less than 9.3e18, may "
                             "stand before the decimal point",
                             what));
}

// The digits of `text` as a number; false where it holds anything else or passes 2^63.
enum class Digits { kFine, kForeign, kTooLarge };
Digits ReadDigits(std::string_view text, uint64_t* value) {
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  *value = 0;
  bool too_large = false;
  for (char c : text) {
    if (c < '0' || c > '9') return Digits::kForeign;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (*value > (kLimit - digit) / 10) too_large = true;
    if (!too_large) *value = *value * 10 + digit;
  }
  return too_large ? Digits::kTooLarge : Digits::kFine;
}

struct Uint256 {
  Uint128 high;
  Uint128 low;
};

Uint256 Multiply(Uint128 a, Uint128 b) {
  const Uint128 mask = std::numeric_limits<uint64_t>::max();
  const Uint128 a_low = a & mask, a_high = a >> 64, b_low = b & mask, b_high = b >> 64;
  const Uint128 low = a_low * b_low;
  const Uint128 cross = a_high * b_low + (low >> 64);  // cannot overflow: (2^64-1)^2 + 2^64-1
  const Uint128 cross2 = a_low * b_high + (cross & mask);
  return {a_high * b_high + (cross >> 64) + (cross2 >> 64), (cross2 << 64) | (low & mask)};
}

struct Division {
  Uint128 quotient;
  Uint128 remainder;
};

// REQUIRES: dividend.high < divisor < 2^127, so that the quotient fits.
Division Divide(Uint256 dividend, Uint128 divisor) {
  if (dividend.high == 0) return {dividend.low / divisor, dividend.low % divisor};
  Uint128 remainder = dividend.high, quotient = 0;
  for (int bit = 127; bit >= 0; --bit) {
    remainder = (remainder << 1) | ((dividend.low >> bit) & 1);
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
  }
  return {quotient, remainder};
}

}  // namespace

absl::StatusOr<Decimal> Decimal::Parse(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
  const size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) fraction = rest.substr(point + 1);
  if (whole.empty() && fraction.empty()) return NotANumber(text);

  uint64_t units = 0, tail = 0, nanos = 0;
  const Digits units_read = ReadDigits(whole, &units);
  if (units_read == Digits::kForeign) return NotANumber(text);
  const std::string_view beyond =
      fraction.size() > kPlacesMax ? fraction.substr(kPlacesMax) : std::string_view();
  fraction = fraction.substr(0, kPlacesMax);
  const Digits tail_read = ReadDigits(beyond, &tail);
  if (ReadDigits(fraction, &nanos) == Digits::kForeign || tail_read == Digits::kForeign) {
    return NotANumber(text);
  }
  if (tail != 0 || tail_read == Digits::kTooLarge) {
    return Failure(absl::StatusCode::kInvalidArgument, "TOO_MANY_DECIMALS",
                   fmt::format("\"{}\" has more than nine decimals", text));
  }
  nanos *= static_cast<uint64_t>(kPowersOfTen[kPlacesMax - fraction.size()]);
  const Decimal value =
      FromBillionths(WithSign(static_cast<Uint128>(units) * kBillion + nanos, negative));
  if (units_read == Digits::kTooLarge || !value.InRange()) {
    return TooLarge(fmt::format("\"{}\"", text));
  }
  return value;
}

absl::StatusOr<Decimal> Decimal::From(const v1::Decimal& proto) {
  const int64_t units = proto.units();
  const int64_t nanos = proto.nanos();
  if (nanos <= -kBillion || nanos >= kBillion || (units > 0 && nanos < 0) ||
      (units < 0 && nanos > 0)) {
    return Failure(
        absl::StatusCode::kInvalidArgument, "INVALID_DECIMAL",
        fmt::format("units {} with nanos {} is no decimal: both have the same sign, and nanos lie "
                    "between -999999999 and 999999999",
                    units, nanos));
  }
  return FromBillionths(static_cast<Int128>(units) * kBillion + nanos);
}

v1::Decimal Decimal::ToProto() const {
  v1::Decimal proto;
  ToProto(&proto);
  return proto;
}

void Decimal::ToProto(v1::Decimal* proto) const {
  assert(InRange());
  proto->set_units(static_cast<int64_t>(billionths_ / kBillion));
  proto->set_nanos(static_cast<int32_t>(billionths_ % kBillion));
}

std::string Decimal::ToString() const {
  std::string text = ToString(kPlacesMax);
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string Decimal::ToString(int places) const {
  assert(places >= 0 && places <= kPlacesMax);
  assert(billionths_ % kPowersOfTen[kPlacesMax - places] == 0);
  const Uint128 magnitude = Magnitude(billionths_);
  const auto nanos = static_cast<int64_t>(magnitude % kBillion);
  // A sum of many values may pass 64 bits before the point, so the units are written in two parts.
  const Uint128 units = magnitude / kBillion;
  const auto low = static_cast<uint64_t>(units % kBillion);
  const Uint128 high = units / kBillion;
  std::string text = billionths_ < 0 ? "-" : "";
  if (high == 0) {
    text += fmt::format("{}", low);
  } else if (high <= std::numeric_limits<uint64_t>::max()) {
    text += fmt::format("{}{:09}", static_cast<uint64_t>(high), low);
  } else {
    text += fmt::format("{}{:09}{:09}", static_cast<uint64_t>(high / kBillion),
                        static_cast<uint64_t>(high % kBillion), low);
  }
  if (places == 0) return text;
  return text + fmt::format(".{:0{}}", nanos / kPowersOfTen[kPlacesMax - places], places);
}

bool Decimal::InRange() const { return billionths_ >= kMin && billionths_ <= kMax; }

Decimal Decimal::Clamped() const { return FromBillionths(std::clamp(billionths_, kMin, kMax)); }

absl::StatusOr<Decimal> Decimal::MulDivRounded(Decimal factor, Decimal divisor, int places) const {
  assert(places >= 0 && places <= kPlacesMax && divisor.billionths_ != 0);
  const absl::Status too_large = TooLarge("the result");
  if (!divisor.InRange()) return too_large;
  const auto step = static_cast<Uint128>(kPowersOfTen[kPlacesMax - places]);
  const Uint256 product = Multiply(Magnitude(billionths_), Magnitude(factor.billionths_));
  const Uint128 by = Magnitude(divisor.billionths_) * step;  // < 2^94 * 2^30
  if (product.high >= by) return too_large;
  auto [steps, remainder] = Divide(product, by);
  const Uint128 steps_max = Magnitude(kMin) / step;
  if (steps > steps_max) return too_large;
  if (remainder >= by - remainder) ++steps;
  const bool negative =
      ((billionths_ < 0) != (factor.billionths_ < 0)) != (divisor.billionths_ < 0);
  const Decimal result = FromBillionths(WithSign(steps * step, negative));
  if (!result.InRange()) return too_large;
  return result;
}

Decimal Decimal::Rounded(int places) const {
  assert(places >= 0 && places <= kPlacesMax);
  const Int128 step = kPowersOfTen[kPlacesMax - places];
  const Int128 rest = billionths_ % step;
  Int128 whole = billionths_ - rest;
  if (rest * 2 >= step) whole += step;
  if (rest * 2 <= -step) whole -= step;
  return FromBillionths(whole);
}

}  // namespace entrepot::domain
