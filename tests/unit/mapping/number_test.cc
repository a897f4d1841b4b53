#include "core/mapping/number.h"

#include <gtest/gtest.h>

#include <limits>

namespace entrepot::mapping {
namespace {

struct Parsed {
  NumberFault fault;
  int64_t units = 0;
  int32_t nanos = 0;
  friend bool operator==(const Parsed&, const Parsed&) = default;
};
void PrintTo(const Parsed& parsed, std::ostream* out) {
  *out << "fault " << static_cast<int>(parsed.fault) << ", " << parsed.units << " + "
       << parsed.nanos << "e-9";
}

Parsed Parse(std::string_view text, NumberFormat format = {}) {
  Number number;
  const NumberFault fault = ParseNumber(text, format, &number);
  if (fault != NumberFault::kNone) return {fault};
  return {fault, number.units, number.nanos};
}
Parsed Fine(int64_t units, int32_t nanos) { return {NumberFault::kNone, units, nanos}; }

constexpr Parsed kBad{NumberFault::kNotANumber};

TEST(Number, ReadsSignsUnitsAndDecimals) {
  EXPECT_EQ(Parse("12"), Fine(12, 0));
  EXPECT_EQ(Parse("-12.5"), Fine(-12, -500'000'000));
  EXPECT_EQ(Parse("+0.000000001"), Fine(0, 1));
  EXPECT_EQ(Parse("\xE2\x88\x92"
                  "3"),
            Fine(-3, 0));
  EXPECT_EQ(Parse("-0"), Fine(0, 0));
  EXPECT_EQ(Parse(".5"), Fine(0, 500'000'000));
  EXPECT_EQ(Parse("5."), Fine(5, 0));
}

TEST(Number, TakesTheDecimalSeparatorThatIsConfiguredAndNoOther) {
  EXPECT_EQ(Parse("12,5", {.decimal_separator = ','}), Fine(12, 500'000'000));
  EXPECT_EQ(Parse("12.5", {.decimal_separator = ','}), kBad);
  EXPECT_EQ(Parse("12,5"), kBad);
}

TEST(Number, DropsGroupSeparatorsBetweenDigitsOnly) {
  const NumberFormat russian{.decimal_separator = ',', .group_separator = ' '};
  EXPECT_EQ(Parse("1 234 567,89", russian), Fine(1'234'567, 890'000'000));
  EXPECT_EQ(Parse("1\xC2\xA0"
                  "234",
                  russian),
            Fine(1'234, 0));
  EXPECT_EQ(Parse("1\xE2\x80\x89"
                  "234\xE2\x80\xAF"
                  "567",
                  russian),
            Fine(1'234'567, 0));
  EXPECT_EQ(Parse("1 ,5", russian), kBad);
  EXPECT_EQ(Parse("1,5 5", russian), kBad);
  EXPECT_EQ(Parse("- 5", russian), kBad);
  EXPECT_EQ(Parse("1 234"), kBad);
  EXPECT_EQ(Parse("1'234.5", {.group_separator = '\''}), Fine(1'234, 500'000'000));
}

TEST(Number, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+", ".", "12x", "x", "1e5", "1.2.3", "--1", "1-", "NaN"}) {
    EXPECT_EQ(Parse(text), kBad) << text;
  }
}

TEST(Number, KeepsNineDecimalsExactlyOrRefuses) {
  EXPECT_EQ(Parse("1.123456789000"), Fine(1, 123'456'789));
  EXPECT_EQ(Parse("1.1234567891").fault, NumberFault::kTooManyDecimals);
}

TEST(Number, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Parse("9223372036854775807"), Fine(std::numeric_limits<int64_t>::max(), 0));
  EXPECT_EQ(Parse("9223372036854775808").fault, NumberFault::kTooLarge);
  EXPECT_EQ(Parse("100000000000000000000000").fault, NumberFault::kTooLarge);
}

TEST(Number, SaysWhatWouldBeRight) {
  const NumberFormat format{.decimal_separator = ',', .group_separator = ' '};
  EXPECT_EQ(DescribeFault(NumberFault::kNotANumber, "12,3x", format),
            "«12,3x» is not a number; expected digits with \",\" as the decimal separator and "
            "\" \" between groups of digits");
}

}  // namespace
}  // namespace entrepot::mapping
