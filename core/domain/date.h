// Calendar days: v1::Date outside, absl::CivilDay for arithmetic. No time of day and no zone, until
// DayAt asks which day it is somewhere. Pure functions, thread-safe.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::domain {

// Is it a day of the calendar, from 0001-01-01 to 9999-12-31?
bool IsDay(const v1::Date& date);
// INVALID_ARGUMENT (INVALID_DATE) where it is none.
absl::StatusOr<absl::CivilDay> ToDay(const v1::Date& date);
// REQUIRES: a year from 1 to 9999.
v1::Date ToDate(absl::CivilDay day);

// "2024-02-29" and nothing else. INVALID_ARGUMENT (INVALID_DATE).
absl::StatusOr<absl::CivilDay> ParseDay(std::string_view text);
std::string DayText(absl::CivilDay day);
std::string DayText(const v1::Date& date);

// "Today" at that moment in that zone.
absl::CivilDay DayAt(absl::Time time, absl::TimeZone zone);

// By the calendar; both must be days.
std::strong_ordering Compare(const v1::Date& a, const v1::Date& b);

// A period that its first and last day bound; an absent bound is open.
bool Holds(const v1::Date* from, const v1::Date* until, absl::CivilDay day);

}  // namespace entrepot::domain
