#include "core/domain/amounts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/reason.h"
#include "tests/unit/domain/generators.h"

namespace entrepot::domain {
namespace {

Decimal D(std::string_view text) { return *Decimal::Parse(text); }

std::string Text(const absl::StatusOr<Amounts>& amounts) {
  if (!amounts.ok()) return ReasonOf(amounts.status());
  return amounts->net.ToString() + " + " + amounts->vat.ToString() + " = " +
         amounts->gross.ToString();
}

std::string Line(const char* quantity, const char* price, bool included, const char* percent,
                 int digits = 2) {
  return Text(LineAmounts({.quantity = D(quantity),
                           .unit_price = D(price),
                           .vat_included = included,
                           .vat_percent = D(percent),
                           .minor_digits = digits}));
}

TEST(LineAmounts, AddVatToThePrice) {
  EXPECT_EQ(Line("3", "100", false, "20"), "300 + 60 = 360");
  EXPECT_EQ(Line("2.5", "33.33", false, "20"), "83.33 + 16.67 = 100");  // 83.325, 16.666
}

TEST(LineAmounts, FindTheVatInThePrice) {
  EXPECT_EQ(Line("1", "120", true, "20"), "100 + 20 = 120");
  EXPECT_EQ(Line("1", "99.99", true, "20"), "83.32 + 16.67 = 99.99");  // 16.665
  EXPECT_EQ(Line("3", "0.01", true, "20"), "0.02 + 0.01 = 0.03");      // 0.005
}

TEST(LineAmounts, FollowTheCurrencysMinorUnit) {
  EXPECT_EQ(Line("3", "33.5", false, "10", 0), "101 + 10 = 111");
  EXPECT_EQ(Line("1", "0.0005", false, "0", 3), "0.001 + 0 = 0.001");
}

TEST(LineAmounts, RoundReturnsAwayFromZeroToo) {
  EXPECT_EQ(Line("-2.5", "33.33", false, "20"), "-83.33 + -16.67 = -100");
}

TEST(LineAmounts, RefuseRatesThatAreNone) {
  EXPECT_EQ(Line("1", "1", true, "-1"), "BAD_VAT_PERCENT");
  EXPECT_EQ(Line("1", "1", true, "100.01"), "BAD_VAT_PERCENT");
  EXPECT_EQ(Line("1", "2", true, "100"), "1 + 1 = 2");
}

TEST(LineAmounts, SayWhenTheyAreTooLarge) {
  EXPECT_EQ(Line("9223372036854775807", "2", false, "0"), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(Line("9223372036854775807", "1", false, "20"), "DECIMAL_OUT_OF_RANGE");
}

TEST(TotalOf, AddsRoundedLines) {
  const Amounts cent = *LineAmounts({.quantity = 1,
                                     .unit_price = D("0.005"),
                                     .vat_included = false,
                                     .vat_percent = 0,
                                     .minor_digits = 2});
  const std::vector<Amounts> lines(3, cent);
  EXPECT_EQ(Text(TotalOf(lines)), "0.03 + 0 = 0.03") << "not 0.015, rounded";
  EXPECT_EQ(Text(TotalOf({})), "0 + 0 = 0");
  const Amounts huge{D("9223372036854775807"), 0, D("9223372036854775807")};
  EXPECT_EQ(Text(TotalOf(std::vector<Amounts>{huge, huge})), "DECIMAL_OUT_OF_RANGE");
}

RC_GTEST_PROP(AmountsProperty, AddUpAndStayWithinHalfAMinorUnit, ()) {
  const LineTerms terms = {
      .quantity = FromParts(*rc::gen::inRange<int64_t>(0, 1'000'000), *AnyNanos()),
      .unit_price = FromParts(*rc::gen::inRange<int64_t>(0, 1'000'000), *AnyNanos()),
      .vat_included = *rc::gen::arbitrary<bool>(),
      .vat_percent = *rc::gen::element<int64_t>(0, 5, 7, 10, 18, 20, 100),
      .minor_digits = *rc::gen::inRange(0, 5)};
  const auto amounts = LineAmounts(terms);
  RC_ASSERT(amounts.ok());
  RC_ASSERT(amounts->net + amounts->vat == amounts->gross);
  for (Decimal part : {amounts->net, amounts->vat, amounts->gross}) {
    RC_ASSERT(part.Rounded(terms.minor_digits) == part);
    RC_ASSERT(part >= Decimal());
  }
  // The exact product, in 10^-18, against what was rounded: at most half a minor unit apart.
  const BigInt exact = Big(terms.quantity.billionths()) * Big(terms.unit_price.billionths());
  const Decimal priced = terms.vat_included ? amounts->gross : amounts->net;
  BigInt unit = 1;
  for (int i = terms.minor_digits; i < 18; ++i) unit *= 10;
  const BigInt off =
      boost::multiprecision::abs(BigInt(exact - Big(priced.billionths()) * 1'000'000'000));
  RC_ASSERT(off * 2 <= unit);
  // VAT : base = percent : 100 (or 100 + percent), again within half a minor unit.
  const int64_t percent = static_cast<int64_t>(terms.vat_percent.billionths() / 1'000'000'000);
  const int64_t base = terms.vat_included ? 100 + percent : 100;
  const BigInt vat_off = boost::multiprecision::abs(
      BigInt(Big(priced.billionths()) * percent - Big(amounts->vat.billionths()) * base));
  RC_ASSERT(vat_off * 2 * 1'000'000'000 <= unit * base);
}

}  // namespace
}  // namespace entrepot::domain
