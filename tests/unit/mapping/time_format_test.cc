#include "core/mapping/time_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/time.h"

namespace entrepot::mapping {
namespace {

using ::testing::HasSubstr;

// As RFC 3339 in UTC; "no" where the text is refused.
std::string Moment(std::string_view format, std::string_view text,
                   const char* zone = "Europe/Moscow") {
  const absl::StatusOr<TimeFormat> compiled = TimeFormat::Compile(format);
  if (!compiled.ok()) return std::string(compiled.status().message());
  CivilTime time;
  if (!compiled->Parse(text, &time)) return "no";
  absl::TimeZone time_zone;
  EXPECT_TRUE(absl::LoadTimeZone(zone, &time_zone));
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", MomentOf(time, time_zone), absl::UTCTimeZone());
}

TEST(TimeFormat, ReadsRussianAndIsoForms) {
  EXPECT_EQ(Moment("%d.%m.%Y %H:%M:%S", "24.11.2026 15:30:00"), "2026-11-24T12:30:00Z");
  EXPECT_EQ(Moment("%d.%m.%Y %H:%M:%S", "4.1.2026 5:03:00"), "2026-01-04T02:03:00Z");
  EXPECT_EQ(Moment("%Y-%m-%dT%H:%M:%S%z", "2026-11-24 15:30:00.25"), "2026-11-24T12:30:00.25Z");
  EXPECT_EQ(Moment("%Y%m%d", "20261124", "UTC"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(Moment("%D %I:%M %p", "11/24/26 03:30 PM", "UTC"), "2026-11-24T15:30:00Z");
  EXPECT_EQ(Moment("%s", "0"), "1970-01-01T00:00:00Z");
}

TEST(TimeFormat, TakesTheTextsZoneAndTheHubsWhereThereIsNone) {
  constexpr char kIso[] = "%Y-%m-%dT%H:%M:%S%z";
  EXPECT_EQ(Moment(kIso, "2026-11-24T15:30:00Z"), "2026-11-24T15:30:00Z");
  EXPECT_EQ(Moment(kIso, "2026-11-24T15:30:00+05:00"), "2026-11-24T10:30:00Z");
  EXPECT_EQ(Moment(kIso, "2026-11-24T15:30:00-0330"), "2026-11-24T19:00:00Z");
  EXPECT_EQ(Moment(kIso, "2026-11-24T15:30:00+05"), "2026-11-24T10:30:00Z");
  EXPECT_EQ(Moment(kIso, "2026-11-24T15:30:00"), "2026-11-24T12:30:00Z");
}

TEST(TimeFormat, RefusesDaysThatNoCalendarHasAndOtherForms) {
  for (const char* text : {"31.02.2026", "29.02.2025", "0.1.2026", "1.13.2026", "24.11.26", "",
                           "24-11-2026", "24.11.2026 ", "24.11.20261", "24.11"}) {
    EXPECT_EQ(Moment("%d.%m.%Y", text), "no") << text;
  }
  EXPECT_EQ(Moment("%d.%m.%Y", "29.02.2024", "UTC"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(Moment("%F %R", "2026-11-24 24:00"), "no");
}

TEST(TimeFormat, NamesWhatIsWrongWithAFormat) {
  EXPECT_THAT(Moment("%d.%m.%Q", ""), HasSubstr("%Q is not known; known are %Y"));
  EXPECT_THAT(Moment("%d.%m", ""), HasSubstr("needs a year (%Y), a month (%m) and a day (%d)"));
  EXPECT_THAT(Moment("%F %I", ""), HasSubstr("%I and %p go together"));
  EXPECT_THAT(Moment("%F %", ""), HasSubstr("ends with a single %"));
}

TEST(TimeFormat, DescribesItselfByAnExample) {
  EXPECT_EQ(TimeFormat::Compile("%d.%m.%Y")->description(), "a date like 24.11.2026 (%d.%m.%Y)");
  EXPECT_EQ(TimeFormat::Compile("%F %R")->description(), "a time like 2026-11-24 15:30 (%F %R)");
}

}  // namespace
}  // namespace entrepot::mapping
