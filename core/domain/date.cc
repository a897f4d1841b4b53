#include "core/domain/date.h"

#include <fmt/core.h>

#include <cassert>
#include <optional>

#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

std::optional<int> ReadNumber(std::string_view digits) {
  int value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool IsDay(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  // CivilDay carries what does not fit into the next month.
  return day <= 28 || absl::CivilDay(year, month, day).day() == day;
}

absl::Status NoDay(std::string_view text) {
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_DATE",
                 fmt::format("\"{}\" is no day of the calendar like 2024-02-29", text));
}

}  // namespace

bool IsDay(const v1::Date& date) { return IsDay(date.year(), date.month(), date.day()); }

absl::StatusOr<absl::CivilDay> ToDay(const v1::Date& date) {
  if (!IsDay(date)) return NoDay(DayText(date));
  return absl::CivilDay(date.year(), date.month(), date.day());
}

v1::Date ToDate(absl::CivilDay day) {
  assert(day.year() >= 1 && day.year() <= 9999);
  v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::StatusOr<absl::CivilDay> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return NoDay(text);
  const auto year = ReadNumber(text.substr(0, 4));
  const auto month = ReadNumber(text.substr(5, 2));
  const auto day = ReadNumber(text.substr(8, 2));
  if (!year || !month || !day || !IsDay(*year, *month, *day)) return NoDay(text);
  return absl::CivilDay(*year, *month, *day);
}

std::string DayText(absl::CivilDay day) {
  return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
}

std::string DayText(const v1::Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
}

absl::CivilDay DayAt(absl::Time time, absl::TimeZone zone) { return absl::ToCivilDay(time, zone); }

std::strong_ordering Compare(const v1::Date& a, const v1::Date& b) {
  if (a.year() != b.year()) return a.year() <=> b.year();
  if (a.month() != b.month()) return a.month() <=> b.month();
  return a.day() <=> b.day();
}

bool Holds(const v1::Date* from, const v1::Date* until, absl::CivilDay day) {
  const auto date = ToDate(day);
  return (from == nullptr || Compare(*from, date) <= 0) &&
         (until == nullptr || Compare(date, *until) <= 0);
}

}  // namespace entrepot::domain
