// Decimals and days in the form in which millions of them lie in memory.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::trade {

// 12 bytes; the range of v1::Decimal.
class PackedDecimal {
 public:
  PackedDecimal() = default;
  // The value is in range: it stood in a valid record.
  PackedDecimal(const v1::Decimal& value)  // NOLINT
      : low_(static_cast<uint32_t>(value.units())),
        high_(static_cast<int32_t>(value.units() >> 32)),
        nanos_(value.nanos()) {}
  domain::Decimal get() const {
    const int64_t units = (static_cast<int64_t>(high_) << 32) | low_;
    return domain::Decimal::FromBillionths(static_cast<__int128>(units) * 1'000'000'000 + nanos_);
  }

 private:
  uint32_t low_ = 0;
  int32_t high_ = 0;
  int32_t nanos_ = 0;
};

// A day, or none.
class PackedDay {
 public:
  PackedDay() = default;
  explicit PackedDay(absl::CivilDay day)
      : days_(static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1))) {}
  // The date is complete: it stood in a valid record.
  explicit PackedDay(const v1::Date& date)
      : PackedDay(absl::CivilDay(date.year(), date.month(), date.day())) {}
  bool has_value() const { return days_ != kNone; }
  absl::CivilDay get() const { return absl::CivilDay(1970, 1, 1) + days_; }

 private:
  static constexpr int32_t kNone = INT32_MIN;
  int32_t days_ = kNone;
};

// Is the day in [from, until]? An absent end is open.
inline bool Covers(PackedDay from, PackedDay until, absl::CivilDay day) {
  return (!from.has_value() || from.get() <= day) && (!until.has_value() || day <= until.get());
}

}  // namespace entrepot::trade
