#include "core/domain/check_fields.h"

#include <fmt/core.h>

#include <string>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/currency.h"
#include "core/domain/date.h"
#include "core/domain/units.h"

namespace entrepot::domain::check {
namespace {

constexpr int32_t kNanosMax = 999'999'999;
constexpr size_t kKeyBytesMax = 256;
constexpr int kDaysMax = 3650;
// 0001-01-01 and 9999-12-31, as in google/protobuf/timestamp.proto.
constexpr int64_t kSecondsMin = -62'135'596'800;
constexpr int64_t kSecondsMax = 253'402'300'799;

bool IsCanonical(const v1::Decimal& number) {
  const int64_t units = number.units();
  const int32_t nanos = number.nanos();
  return nanos >= -kNanosMax && nanos <= kNanosMax && (units <= 0 || nanos >= 0) &&
         (units >= 0 || nanos <= 0);
}

absl::Status Prefixed(const absl::Status& inner, std::string_view prefix) {
  return Failure(inner.code(), ReasonOf(inner),
                 fmt::format("{}.{}", prefix, StdView(inner.message())));
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

absl::Status Invalid(std::string_view field, std::string_view sentence) {
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_RECORD",
                 fmt::format("{}: {}", field, sentence));
}

absl::Status Within(const absl::Status& inner, std::string_view repeated, int index) {
  return inner.ok() ? inner : Prefixed(inner, fmt::format("{}[{}]", repeated, index));
}

absl::Status Within(const absl::Status& inner, std::string_view message) {
  return inner.ok() ? inner : Prefixed(inner, message);
}

absl::Status KeyText(std::string_view field, std::string_view text) {
  if (text.empty()) return Invalid(field, "is missing");
  if (text.size() > kKeyBytesMax) {
    return Invalid(field, fmt::format("is longer than {} bytes", kKeyBytesMax));
  }
  if (IsSpace(text.front()) || IsSpace(text.back())) {
    return Invalid(field, fmt::format("\"{}\" starts or ends with a space", text));
  }
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return Invalid(field, "holds a control character");
  }
  return absl::OkStatus();
}

absl::Status Reference(std::string_view field, uint64_t id) {
  if (id != 0) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, "is missing");
}

absl::Status Number(std::string_view field, const v1::Decimal& number) {
  if (IsCanonical(number)) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field,
                 fmt::format("units {} with nanos {} is no decimal: both have the same sign, "
                             "and nanos lie between -{} and {}",
                             number.units(), number.nanos(), kNanosMax, kNanosMax));
}

absl::Status NotNegative(std::string_view field, const v1::Decimal& number) {
  RETURN_IF_ERROR(Number(field, number));
  if (number.units() >= 0 && number.nanos() >= 0) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, "must not be negative");
}

absl::Status Positive(std::string_view field, const v1::Decimal& number) {
  RETURN_IF_ERROR(Number(field, number));
  if (number.units() > 0 || number.nanos() > 0) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, "must be more than zero");
}

absl::Status Percent(std::string_view field, const v1::Decimal& number) {
  RETURN_IF_ERROR(NotNegative(field, number));
  if (number.units() < 100 || (number.units() == 100 && number.nanos() == 0)) {
    return absl::OkStatus();
  }
  return Invalid(field, "is a percentage and must not be more than 100");
}

absl::Status Amount(std::string_view field, const v1::Money& money) {
  if (!IsCanonical(money.amount())) {
    return Within(Number("amount", money.amount()), field);
  }
  if (FindCurrency(money.currency()) != nullptr) [[likely]] {
    return absl::OkStatus();
  }
  return Within(CurrencyCode("currency", money.currency()), field);
}

absl::Status CurrencyCode(std::string_view field, std::string_view code) {
  if (code.empty()) return Invalid(field, "is missing");
  const absl::Status status = CheckCurrency(code);
  return status.ok() ? status : Invalid(field, StdView(status.message()));
}

absl::Status UnitCode(std::string_view field, std::string_view code) {
  const absl::Status status = CheckUnit(code);
  return status.ok() ? status : Invalid(field, StdView(status.message()));
}

absl::Status Day(std::string_view field, const v1::Date& date) {
  if (IsDay(date)) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, fmt::format("{} is no day of the calendar", DayText(date)));
}

absl::Status Time(std::string_view field, const google::protobuf::Timestamp& time) {
  if (time.seconds() >= kSecondsMin && time.seconds() <= kSecondsMax && time.nanos() >= 0 &&
      time.nanos() <= kNanosMax) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, fmt::format("{} s and {} ns since 1970 is no time between the years 1 and "
                                    "9999",
                                    time.seconds(), time.nanos()));
}

absl::Status Days(std::string_view field, int days) {
  if (days >= 0 && days <= kDaysMax) return absl::OkStatus();
  return Invalid(field, fmt::format("{} is no number of days between 0 and {}", days, kDaysMax));
}

absl::Status InOrder(const v1::Date& valid_from, const v1::Date& valid_until) {
  if (Compare(valid_from, valid_until) <= 0) return absl::OkStatus();
  return Invalid("valid_until", fmt::format("{} lies before valid_from, {}", DayText(valid_until),
                                            DayText(valid_from)));
}

}  // namespace entrepot::domain::check
