// Exact decimal numbers: 19 digits before the point, nine after it, the range of v1::Decimal. Held
// as a count of billionths in 128 bits. Nothing rounds unless its name says so. Immutable values,
// thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::domain {

class Decimal {
 public:
  constexpr Decimal() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): whole numbers are decimals
  constexpr Decimal(int64_t units) : billionths_(static_cast<__int128>(units) * kScale) {}
  static constexpr Decimal FromBillionths(__int128 value) {
    Decimal decimal;
    decimal.billionths_ = value;
    return decimal;
  }

  // "-12.340": digits, at most one ".", an optional sign; nothing else. INVALID_ARGUMENT when it is
  // not a number or has more than nine decimals that are not zero; OUT_OF_RANGE.
  static absl::StatusOr<Decimal> Parse(std::string_view text);
  // INVALID_ARGUMENT when signs differ or nanos are out of range.
  static absl::StatusOr<Decimal> From(const v1::Decimal& proto);

  // Whatever is out of v1::Decimal's range is a bug: sums are checked by InRange before.
  v1::Decimal ToProto() const;
  void ToProto(v1::Decimal* proto) const;
  // Shortest exact form: "12.34", "-0.5", "0".
  std::string ToString() const;
  // With exactly `places` decimals, 0 to 9; the value must have no more.
  std::string ToString(int places) const;

  __int128 billionths() const { return billionths_; }
  bool InRange() const;
  // The nearest value in range: of sums that are only shown.
  Decimal Clamped() const;
  int sign() const { return billionths_ > 0 ? 1 : billionths_ < 0 ? -1 : 0; }

  Decimal operator+(Decimal other) const { return FromBillionths(billionths_ + other.billionths_); }
  Decimal operator-(Decimal other) const { return FromBillionths(billionths_ - other.billionths_); }
  Decimal operator-() const { return FromBillionths(-billionths_); }
  Decimal& operator+=(Decimal other) { return *this = *this + other; }
  Decimal& operator-=(Decimal other) { return *this = *this - other; }
  friend bool operator==(Decimal, Decimal) = default;
  friend auto operator<=>(Decimal a, Decimal b) { return a.billionths_ <=> b.billionths_; }

  // this * factor / divisor, rounded half away from zero ("half up" on amounts) to `places`
  // decimals, computed without loss before that. OUT_OF_RANGE; divisor != 0.
  absl::StatusOr<Decimal> MulDivRounded(Decimal factor, Decimal divisor, int places) const;
  // Rounded half away from zero to `places` decimals, 0 to 9.
  Decimal Rounded(int places) const;

 private:
  static constexpr __int128 kScale = 1'000'000'000;
  __int128 billionths_ = 0;
};

}  // namespace entrepot::domain
