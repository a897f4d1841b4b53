#include "core/domain/decimal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/domain/kind.h"
#include "tests/unit/domain/generators.h"

namespace entrepot::domain {
namespace {

using testing::HasSubstr;

std::string ReasonOfParse(std::string_view text) { return ReasonOf(Decimal::Parse(text).status()); }

// Half away from zero, in the integers of any size.
BigInt DividedHalfUp(const BigInt& dividend, const BigInt& divisor) {
  const bool negative = (dividend < 0) != (divisor < 0);
  const BigInt over = boost::multiprecision::abs(dividend);
  const BigInt under = boost::multiprecision::abs(divisor);
  const BigInt rounded = (over * 2 + under) / (under * 2);
  return negative ? BigInt(-rounded) : rounded;
}

TEST(Decimal, ReadsAndWritesTheShortestForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"-12.340", "-12.34"},
      {"+7", "7"},
      {"0", "0"},
      {"-0", "0"},
      {"000.5", "0.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1.000000000000", "1"},
      {"-0.000000001", "-0.000000001"},
      {"9223372036854775807.999999999", "9223372036854775807.999999999"}};
  for (const auto& [text, shortest] : cases) {
    const auto value = Decimal::Parse(text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(value->ToString(), shortest) << text;
  }
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1,5", "1 000", "1e3", "0x10", "1.2.3", "--1", "NaN", "٣",
                           "1.-5", "1.1234567890x"}) {
    EXPECT_EQ(ReasonOfParse(text), "INVALID_DECIMAL") << text;
  }
}

TEST(Decimal, RefusesATenthDecimalThatSaysSomething) {
  EXPECT_EQ(ReasonOfParse("0.0000000001"), "TOO_MANY_DECIMALS");
  EXPECT_EQ(ReasonOfParse("1.00000000000000000000000000000000001"), "TOO_MANY_DECIMALS");
  EXPECT_EQ(ReasonOfParse("1.0000000009999999999999999999999999"), "TOO_MANY_DECIMALS");
  EXPECT_EQ(ReasonOfParse("0.1000000000"), "OK");
}

TEST(Decimal, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(ReasonOfParse("9223372036854775808"), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOfParse("99999999999999999999999999999999999999999"), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOfParse("-9223372036854775808"), "OK");
  EXPECT_EQ(ReasonOfParse("-9223372036854775808.999999999"), "OK");
  EXPECT_EQ(ReasonOfParse("-9223372036854775809"), "DECIMAL_OUT_OF_RANGE");
}

TEST(Decimal, WritesTheNumberOfDecimalsAskedFor) {
  EXPECT_EQ(Decimal::Parse("12.5")->ToString(2), "12.50");
  EXPECT_EQ(Decimal::Parse("-0.05")->ToString(2), "-0.05");
  EXPECT_EQ(Decimal(3).ToString(0), "3");
}

TEST(Decimal, RefusesAMessageThatIsNotInItsOneForm) {
  v1::Decimal mixed;
  mixed.set_units(1);
  mixed.set_nanos(-1);
  EXPECT_EQ(ReasonOf(Decimal::From(mixed).status()), "INVALID_DECIMAL");
  mixed.set_units(0);
  EXPECT_EQ(Decimal::From(mixed)->ToString(), "-0.000000001");
  mixed.set_nanos(1'000'000'000);
  EXPECT_THAT(std::string(Decimal::From(mixed).status().message()), HasSubstr("nanos 1000000000"));
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(Decimal::Parse("0.125")->Rounded(2).ToString(), "0.13");
  EXPECT_EQ(Decimal::Parse("-0.125")->Rounded(2).ToString(), "-0.13");
  EXPECT_EQ(Decimal::Parse("0.124999999")->Rounded(2).ToString(), "0.12");
  EXPECT_EQ(Decimal::Parse("2.5")->Rounded(0).ToString(), "3");
  EXPECT_EQ(Decimal::Parse("0.000000001")->Rounded(9).ToString(), "0.000000001");
}

TEST(Decimal, SaysWhenAResultIsOutOfRange) {
  const Decimal huge = *Decimal::Parse("9223372036854775807");
  const Decimal tiny = *Decimal::Parse("0.000000001");
  EXPECT_EQ(ReasonOf(huge.MulDivRounded(huge, 1, 2).status()), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(huge.MulDivRounded(2, 1, 0).status()), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Decimal(1).MulDivRounded(1, huge + huge, 0).status()), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(huge.MulDivRounded(huge, tiny, 9).status()), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(huge.MulDivRounded(huge, huge, 9)->ToString(), "9223372036854775807");
}

TEST(Decimal, WritesSumsThatAreOutOfRangeInFull) {
  Decimal sum = *Decimal::Parse("-9223372036854775808");
  for (int i = 0; i < 5; ++i) sum += sum;
  EXPECT_FALSE(sum.InRange());
  EXPECT_EQ(sum.ToString(), "-295147905179352825856");
}

RC_GTEST_PROP(DecimalProperty, ParsesWhatItFormats, ()) {
  const Decimal value = AnyDecimal();
  const auto parsed = Decimal::Parse(value.ToString());
  RC_ASSERT(parsed.ok());
  RC_ASSERT(*parsed == value);
  RC_ASSERT(*Decimal::Parse(value.ToString(9)) == value);
}

RC_GTEST_PROP(DecimalProperty, HasOneMessageAndOneRowOfBytes, ()) {
  const Decimal value = AnyDecimal();
  const auto back = Decimal::From(value.ToProto());
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == value);
  // However it was written: with leading and trailing zeros, or as a sum.
  const Decimal part = AnyDecimal();
  const std::string padded =
      (value.sign() < 0 ? "-00" : "00") + (value.sign() < 0 ? -value : value).ToString(9) + "000";
  std::string bytes, padded_bytes, sum_bytes;
  AppendCanonicalBytes(value.ToProto(), &bytes);
  AppendCanonicalBytes(Decimal::Parse(padded)->ToProto(), &padded_bytes);
  AppendCanonicalBytes((value - part + part).ToProto(), &sum_bytes);
  RC_ASSERT(bytes == padded_bytes);
  RC_ASSERT(bytes == sum_bytes);
  RC_ASSERT((value == Decimal()) == bytes.empty());
}

RC_GTEST_PROP(DecimalProperty, AddsSubtractsAndComparesLikeIntegers, ()) {
  const Decimal a = AnyDecimal(), b = AnyDecimal();
  RC_ASSERT(Big((a + b).billionths()) == Big(a.billionths()) + Big(b.billionths()));
  RC_ASSERT(Big((a - b).billionths()) == Big(a.billionths()) - Big(b.billionths()));
  RC_ASSERT((a < b) == (Big(a.billionths()) < Big(b.billionths())));
  RC_ASSERT(a - a == Decimal());
}

RC_GTEST_PROP(DecimalProperty, MultipliesAndDividesAsIfInIntegersOfAnySize, ()) {
  const Decimal a = AnyDecimal(), factor = AnyDecimal(), divisor = AnyDecimal();
  RC_PRE(divisor != Decimal());
  const int places = *rc::gen::inRange(0, 10);
  BigInt step = 1;
  for (int i = places; i < 9; ++i) step *= 10;
  const BigInt expected = DividedHalfUp(Big(a.billionths()) * Big(factor.billionths()),
                                        Big(divisor.billionths()) * step) *
                          step;
  const BigInt limit = (BigInt(1) << 63) * 1'000'000'000;
  const auto result = a.MulDivRounded(factor, divisor, places);
  if (result.ok()) {
    RC_ASSERT(Big(result->billionths()) == expected);
    RC_ASSERT(result->InRange());
  } else {
    RC_ASSERT(ReasonOf(result.status()) == "DECIMAL_OUT_OF_RANGE");
    RC_ASSERT(expected >= limit || expected <= -limit);
  }
}

RC_GTEST_PROP(DecimalProperty, RoundsLikeADivision, ()) {
  const Decimal value = AnyDecimal();
  const int places = *rc::gen::inRange(0, 10);
  BigInt step = 1;
  for (int i = places; i < 9; ++i) step *= 10;
  RC_ASSERT(Big(value.Rounded(places).billionths()) ==
            DividedHalfUp(Big(value.billionths()), step) * step);
}

RC_GTEST_PROP(DecimalProperty, NeverAcceptsForeignText, (const std::string& text)) {
  const auto value = Decimal::Parse(text);
  if (!value.ok()) return;
  RC_ASSERT(text.find_first_not_of("+-.0123456789") == std::string::npos);
}

}  // namespace
}  // namespace entrepot::domain
