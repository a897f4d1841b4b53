#include "core/mapping/lookup.h"

#include <gtest/gtest.h>

namespace entrepot::mapping {
namespace {

TEST(LookupTable, FindsUnitsByOkeiCodeSymbolAndCode) {
  const LookupTable* okei = FindLookupTable("okei");
  ASSERT_NE(okei, nullptr);
  EXPECT_EQ(okei->Find("796"), "H87");
  EXPECT_EQ(okei->Find("шт"), "H87");
  EXPECT_EQ(okei->Find("кг"), "KGM");
  EXPECT_EQ(okei->Find("KGM"), "KGM");
  EXPECT_EQ(okei->Find("штучка"), "");
}

TEST(LookupTable, FindsCurrenciesByCodeNumberAndSpelling) {
  const LookupTable* currency = FindLookupTable("currency");
  ASSERT_NE(currency, nullptr);
  EXPECT_EQ(currency->Find("RUB"), "RUB");
  EXPECT_EQ(currency->Find("rub"), "RUB");
  EXPECT_EQ(currency->Find("643"), "RUB");
  EXPECT_EQ(currency->Find("руб."), "RUB");
  EXPECT_EQ(currency->Find("Руб"), "RUB");
  EXPECT_EQ(currency->Find("грн"), "UAH");
  EXPECT_EQ(currency->Find("€"), "EUR");
  EXPECT_EQ(currency->Find("тугрик"), "");
}

TEST(LookupTable, IsAbsentWhereTheNameIsNotKnown) {
  EXPECT_EQ(FindLookupTable("colours"), nullptr);
}

}  // namespace
}  // namespace entrepot::mapping
