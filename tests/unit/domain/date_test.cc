#include "core/domain/date.h"

#include <gtest/gtest.h>

#include "core/base/absl_view.h"
#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

v1::Date MakeDate(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(Date, KnowsTheCalendar) {
  EXPECT_TRUE(IsDay(MakeDate(2024, 2, 29)));
  EXPECT_TRUE(IsDay(MakeDate(2000, 2, 29)));
  EXPECT_TRUE(IsDay(MakeDate(1, 1, 1)));
  EXPECT_TRUE(IsDay(MakeDate(9999, 12, 31)));
  EXPECT_FALSE(IsDay(MakeDate(2023, 2, 29)));
  EXPECT_FALSE(IsDay(MakeDate(1900, 2, 29)));
  EXPECT_FALSE(IsDay(MakeDate(2024, 4, 31)));
  EXPECT_FALSE(IsDay(MakeDate(2024, 13, 1)));
  EXPECT_FALSE(IsDay(MakeDate(2024, 1, 0)));
  EXPECT_FALSE(IsDay(MakeDate(0, 1, 1)));
  EXPECT_FALSE(IsDay(MakeDate(10000, 1, 1)));
  EXPECT_FALSE(IsDay(v1::Date()));
}

TEST(Date, ReadsIsoDaysAndNothingElse) {
  EXPECT_EQ(*ParseDay("2024-02-29"), absl::CivilDay(2024, 2, 29));
  for (const char* text : {"2023-02-29", "2024-2-9", "24-02-09", "2024/02/09", "2024-02-09 ", "",
                           "2024-02-9x", "0000-01-01", "29.02.2024"}) {
    const auto day = ParseDay(text);
    EXPECT_EQ(ReasonOf(day.status()), "INVALID_DATE") << text;
  }
  EXPECT_EQ(StdView(ParseDay("2023-02-29").status().message()),
            "\"2023-02-29\" is no day of the calendar like 2024-02-29");
}

TEST(Date, GoesToACivilDayAndBack) {
  for (absl::CivilDay day(1999, 12, 1); day < absl::CivilDay(2001, 2, 1); ++day) {
    EXPECT_EQ(*ToDay(ToDate(day)), day);
    EXPECT_EQ(*ParseDay(DayText(day)), day);
    EXPECT_EQ(DayText(ToDate(day)), DayText(day));
  }
  EXPECT_EQ(ReasonOf(ToDay(MakeDate(2023, 2, 29)).status()), "INVALID_DATE");
}

TEST(Date, DependsOnTheZone) {
  absl::TimeZone moscow = absl::FixedTimeZone(3 * 60 * 60);
  const absl::Time evening = absl::FromCivil(absl::CivilHour(2024, 5, 31, 22), absl::UTCTimeZone());
  EXPECT_EQ(DayAt(evening, absl::UTCTimeZone()), absl::CivilDay(2024, 5, 31));
  EXPECT_EQ(DayAt(evening, moscow), absl::CivilDay(2024, 6, 1));
}

TEST(Date, ComparesByTheCalendar) {
  EXPECT_EQ(Compare(MakeDate(2024, 1, 31), MakeDate(2024, 2, 1)), std::strong_ordering::less);
  EXPECT_EQ(Compare(MakeDate(2024, 1, 1), MakeDate(2023, 12, 31)), std::strong_ordering::greater);
  EXPECT_EQ(Compare(MakeDate(2024, 1, 1), MakeDate(2024, 1, 1)), std::strong_ordering::equal);
}

TEST(Date, HoldsOnTheFirstAndTheLastDayOfAPeriod) {
  const v1::Date from = MakeDate(2024, 1, 10), until = MakeDate(2024, 1, 20);
  EXPECT_FALSE(Holds(&from, &until, absl::CivilDay(2024, 1, 9)));
  EXPECT_TRUE(Holds(&from, &until, absl::CivilDay(2024, 1, 10)));
  EXPECT_TRUE(Holds(&from, &until, absl::CivilDay(2024, 1, 20)));
  EXPECT_FALSE(Holds(&from, &until, absl::CivilDay(2024, 1, 21)));
  EXPECT_TRUE(Holds(nullptr, &until, absl::CivilDay(1, 1, 1)));
  EXPECT_TRUE(Holds(&from, nullptr, absl::CivilDay(9999, 1, 1)));
}

}  // namespace
}  // namespace entrepot::domain
