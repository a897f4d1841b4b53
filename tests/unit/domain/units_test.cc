#include "core/domain/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <numeric>
#include <set>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/domain/unit_table.h"
#include "tests/unit/domain/generators.h"

namespace entrepot::domain {
namespace {

std::string Converted(const char* quantity, const char* from, const char* to) {
  const auto result = Convert(*Decimal::Parse(quantity), from, to);
  return result.ok() ? result->ToString() : ReasonOf(result.status());
}

TEST(Units, StandOnceWithAFactorInLowestTerms) {
  std::set<std::string_view> codes;
  std::map<UnitCategory, const Unit*> bases;
  for (const Unit& unit : Units()) {
    EXPECT_TRUE(codes.insert(unit.code).second) << unit.code;
    EXPECT_GT(unit.numerator, 0) << unit.code;
    EXPECT_GT(unit.denominator, 0) << unit.code;
    EXPECT_EQ(std::gcd(unit.numerator, unit.denominator), 1) << unit.code;
    EXPECT_FALSE(unit.name.empty()) << unit.code;
    EXPECT_FALSE(unit.symbol.empty()) << unit.code;
    if (bases.emplace(unit.category, &unit).second) {
      EXPECT_EQ(unit.numerator, unit.denominator) << unit.code << " is the base of its category";
    }
  }
}

TEST(Units, OfOkeiAreAllKnown) {
  for (const UnitText& row : UnitTextTable()) {
    EXPECT_NE(FindUnit(row.code), nullptr) << row.text << " " << row.code;
    EXPECT_EQ(UnitOfText(row.text), row.code) << row.text;
  }
  for (const Unit& unit : Units()) EXPECT_EQ(UnitOfText(unit.code), unit.code);
}

TEST(Units, ReadRussianFiles) {
  for (const char* text : {"796", "шт", "шт.", "Шт", "ШТ.", "PCE", "NMB", "H87", "штука"}) {
    EXPECT_EQ(UnitOfText(text), "H87") << text;
  }
  EXPECT_EQ(UnitOfText("кв. м"), "MTK");
  EXPECT_EQ(UnitOfText("м²"), "MTK");
  EXPECT_EQ(UnitOfText("куб.м"), "MTQ");
  EXPECT_EQ(UnitOfText("пог. м"), "LM");
  EXPECT_EQ(UnitOfText("п.м."), "LM");
  EXPECT_EQ(UnitOfText("166"), "KGM");
  EXPECT_EQ(UnitOfText("кг"), "KGM");
  EXPECT_EQ(UnitOfText("упак."), "NMP");
  EXPECT_EQ(UnitOfText("тыс.\u00A0шт"), "MIL");
  EXPECT_EQ(UnitOfText("кВт·ч"), "KWH");
}

TEST(Units, TellMilliFromMega) {
  EXPECT_EQ(UnitOfText("мВт"), "C31");
  EXPECT_EQ(UnitOfText("МВт"), "MAW");
  EXPECT_EQ(UnitOfText("мОм"), "E45");
  EXPECT_EQ(UnitOfText("МОм"), "B75");
}

TEST(Units, DoNotGuess) {
  EXPECT_EQ(UnitOfText(""), "");
  EXPECT_EQ(UnitOfText(" . "), "");
  EXPECT_EQ(UnitOfText("000"), "");
  EXPECT_EQ(UnitOfText("воз"), "");
}

TEST(Units, SayWhatWasMeant) {
  EXPECT_TRUE(CheckUnit("KGM").ok());
  EXPECT_EQ(ReasonOf(CheckUnit("шт")), "UNKNOWN_UNIT");
  EXPECT_EQ(StdView(CheckUnit("шт").message()),
            "\"шт\" is no unit of UN/ECE Recommendation 20 that is known; its code is \"H87\"");
  EXPECT_EQ(StdView(CheckUnit("штуко").message()),
            "\"штуко\" is no unit of UN/ECE Recommendation 20 that is known; did you mean "
            "\"штук\"?");
}

TEST(Units, ConvertExactly) {
  EXPECT_EQ(Converted("2.5", "TNE", "KGM"), "2500");
  EXPECT_EQ(Converted("1", "INH", "MMT"), "25.4");
  EXPECT_EQ(Converted("3", "DZN", "H87"), "36");
  EXPECT_EQ(Converted("36", "H87", "DZN"), "3");
  EXPECT_EQ(Converted("1", "LBR", "GRM"), "453.59237");
  EXPECT_EQ(Converted("1", "GLL", "LTR"), "3.785411784");
  EXPECT_EQ(Converted("18", "KMH", "MTS"), "5");
  EXPECT_EQ(Converted("1.5", "XBX", "XBX"), "1.5");
}

TEST(Units, RefuseAResultThatIsNotExact) {
  EXPECT_EQ(Converted("1", "H87", "DZN"), "NOT_EXACT");
  EXPECT_EQ(Converted("0.000000001", "MMT", "MTR"), "NOT_EXACT");
}

TEST(Units, RefuseOtherCategories) {
  EXPECT_EQ(Converted("1", "KGM", "LTR"), "UNITS_DIFFER");
  EXPECT_EQ(Converted("1", "XBX", "SET"), "UNITS_DIFFER");
  EXPECT_EQ(Converted("1", "MON", "DAY"), "UNITS_DIFFER");
  EXPECT_EQ(Converted("1", "кг", "KGM"), "UNKNOWN_UNIT");
  EXPECT_EQ(Converted("9223372036854775807", "TNE", "KGM"), "DECIMAL_OUT_OF_RANGE");
}

RC_GTEST_PROP(UnitsProperty, GoThereAndBack, ()) {
  const Unit& from = *rc::gen::elementOf(std::vector<Unit>(Units().begin(), Units().end()));
  std::vector<Unit> others;
  for (const Unit& unit : Units()) {
    if (unit.category == from.category && unit.category != UnitCategory::kOwn) {
      others.push_back(unit);
    }
  }
  RC_PRE(!others.empty());
  const Unit to = *rc::gen::elementOf(others);
  const auto factor = FactorBetween(from.code, to.code);
  const auto back = FactorBetween(to.code, from.code);
  RC_PRE(factor.ok());
  RC_ASSERT(back.ok());
  RC_ASSERT(factor->numerator == back->denominator);
  RC_ASSERT(factor->denominator == back->numerator);
  RC_ASSERT(std::gcd(factor->numerator, factor->denominator) == 1);
  RC_ASSERT(BigInt(factor->numerator) * from.denominator * to.numerator ==
            BigInt(factor->denominator) * from.numerator * to.denominator);
  const Decimal quantity = FromParts(*rc::gen::inRange<int64_t>(0, 1000), *AnyNanos());
  const auto there = Convert(quantity, from.code, to.code);
  if (!there.ok()) return;
  RC_ASSERT(*Convert(*there, to.code, from.code) == quantity);
}

}  // namespace
}  // namespace entrepot::domain
