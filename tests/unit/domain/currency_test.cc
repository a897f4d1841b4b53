#include "core/domain/currency.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/absl_view.h"
#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

TEST(Currency, KnowsTheMinorUnit) {
  EXPECT_EQ(FindCurrency("RUB")->minor_digits, 2);
  EXPECT_EQ(FindCurrency("JPY")->minor_digits, 0);
  EXPECT_EQ(FindCurrency("KWD")->minor_digits, 3);
  EXPECT_EQ(FindCurrency("rub"), nullptr);
  EXPECT_EQ(FindCurrency(""), nullptr);
}

TEST(Currency, HasCodesOfTheStandardsShapeOnce) {
  std::set<std::string_view> codes;
  for (const Currency& currency : Currencies()) {
    EXPECT_EQ(currency.code.size(), 3u);
    EXPECT_EQ(currency.numeric.size(), 3u);
    EXPECT_TRUE(codes.insert(currency.code).second) << currency.code;
    EXPECT_EQ(CurrencyOfText(currency.code), currency.code);
  }
}

TEST(Currency, ReadsNationalSpellings) {
  for (const char* text : {"руб", "руб.", "Руб.", "р.", "₽", "RUR", "810", "643", " рублей "}) {
    EXPECT_EQ(CurrencyOfText(text), "RUB") << text;
  }
  EXPECT_EQ(CurrencyOfText("грн."), "UAH");
  EXPECT_EQ(CurrencyOfText("бел. руб."), "BYN");
  EXPECT_EQ(CurrencyOfText("€"), "EUR");
  EXPECT_EQ(CurrencyOfText("тенге"), "KZT");
}

TEST(Currency, GuessesNothing) {
  EXPECT_EQ(CurrencyOfText("¥"), "") << "yen or yuan";
  EXPECT_EQ(CurrencyOfText(""), "");
  EXPECT_EQ(CurrencyOfText("."), "");
}

TEST(Currency, SaysWhatWasMeant) {
  EXPECT_TRUE(CheckCurrency("EUR").ok());
  EXPECT_EQ(ReasonOf(CheckCurrency("руб.")), "UNKNOWN_CURRENCY");
  EXPECT_EQ(StdView(CheckCurrency("руб.").message()),
            "\"руб.\" is no currency of ISO 4217; its code is \"RUB\"");
  EXPECT_EQ(StdView(CheckCurrency("EUX").message()),
            "\"EUX\" is no currency of ISO 4217; did you mean \"EUR\"?");
}

}  // namespace
}  // namespace entrepot::domain
