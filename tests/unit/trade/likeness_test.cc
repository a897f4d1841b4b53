#include "core/trade/likeness.h"

#include <gtest/gtest.h>

#include <random>

#include "core/trade/signature.h"

namespace entrepot::trade {
namespace {

class LikenessTest : public testing::Test {
 protected:
  AttributeInfo Text(std::string_view name, std::string_view text) {
    return {names_.Intern(name), names_.Intern(text), std::nullopt, Interned()};
  }
  AttributeInfo Number(std::string_view name, std::string_view number, std::string_view unit) {
    return {names_.Intern(name), Interned(), domain::Decimal::Parse(number).value(),
            names_.Intern(unit)};
  }
  ProductInfo Product(std::vector<AttributeInfo> attributes, std::string_view unit = "H87") {
    ProductInfo product;
    product.attributes = std::move(attributes);
    product.unit = names_.Intern(unit);
    return product;
  }
  Match Compared(const AttributeInfo& wanted, const AttributeInfo& offered) {
    int distance = 0;
    return CompareAttributes(wanted, offered, &distance);
  }

  Interner names_;
};

TEST_F(LikenessTest, NumbersAreNearUpToFifteenPercentOfTheLarger) {
  EXPECT_EQ(Compared(Number("l", "40", "MMT"), Number("l", "40.0", "MMT")), Match::kSame);
  EXPECT_EQ(Compared(Number("l", "85", "MMT"), Number("l", "100", "MMT")), Match::kNear);
  EXPECT_EQ(Compared(Number("l", "84.999999999", "MMT"), Number("l", "100", "MMT")), Match::kOther);
  EXPECT_EQ(Compared(Number("l", "-1", "MMT"), Number("l", "1", "MMT")), Match::kOther);
  EXPECT_EQ(Compared(Number("l", "0", "MMT"), Number("l", "0", "MMT")), Match::kSame);
}

TEST_F(LikenessTest, NumbersAreComparedInOneUnit) {
  EXPECT_EQ(Compared(Number("l", "40", "MMT"), Number("l", "4", "CMT")), Match::kSame);
  EXPECT_EQ(Compared(Number("l", "40", "MMT"), Number("l", "40", "CMT")), Match::kOther);
  EXPECT_EQ(Compared(Number("l", "40", "MMT"), Number("l", "40", "KGM")), Match::kOther);
  EXPECT_EQ(Compared(Number("l", "40", "MMT"), Text("l", "40")), Match::kOther);
}

TEST_F(LikenessTest, OneTextInFourMayDifferButNoNumberMayBeFarOff) {
  const ProductInfo wanted = Product({Number("d", "8", "MMT"), Number("l", "40", "MMT"),
                                      Text("steel", "8.8"), Text("coat", "zinc")});
  const auto fits = [&](std::vector<AttributeInfo> attributes) {
    return Compare(wanted, Product(std::move(attributes))).fits;
  };
  EXPECT_TRUE(fits({Number("d", "8", "MMT"), Number("l", "40", "MMT"), Text("steel", "8.8"),
                    Text("coat", "none")}));
  EXPECT_TRUE(fits({Number("d", "8", "MMT"), Number("l", "45", "MMT"), Text("steel", "8.8"),
                    Text("coat", "zinc")}));
  EXPECT_FALSE(fits({Number("d", "8", "MMT"), Number("l", "45", "MMT"), Text("steel", "8.8"),
                     Text("coat", "none")}));
  EXPECT_FALSE(fits({Number("d", "10", "MMT"), Number("l", "40", "MMT"), Text("steel", "8.8"),
                     Text("coat", "zinc")}));
  EXPECT_FALSE(fits({}));
  EXPECT_FALSE(Compare(Product({}), Product({})).fits);
}

TEST_F(LikenessTest, NoSignaturePassesOverAProductThatFits) {
  std::mt19937 random(7);
  const auto pick = [&](int below) { return static_cast<int>(random() % below); };
  const auto make = [&](int names) {
    std::vector<AttributeInfo> attributes;
    for (int i = 0; i < names; ++i) {
      if (pick(8) == 0) continue;
      const std::string name = "a" + std::to_string(i);
      if (i % 2 == 0) {
        attributes.push_back(Text(name, std::to_string(pick(2))));
      } else {
        const bool in_cm = pick(2) == 0;
        const std::string digits = std::to_string(80 + pick(40));
        attributes.push_back(Number(name, in_cm ? digits : digits + "0", in_cm ? "CMT" : "MMT"));
      }
    }
    return Product(std::move(attributes));
  };
  int fitting = 0, passed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const int names = 1 + pick(12);
    const ProductInfo wanted = make(names), offered = make(names);
    const bool may_fit = SignatureFilter(wanted).MayFit(SignatureOf(offered));
    passed += may_fit ? 1 : 0;
    if (!Compare(wanted, offered).fits) continue;
    ++fitting;
    ASSERT_TRUE(may_fit);
  }
  EXPECT_GT(fitting, 100);
  EXPECT_LT(passed, 19'000);
}

TEST_F(LikenessTest, UnitsAgreeWithinACategoryOnly) {
  int64_t numerator = 0, denominator = 0;
  EXPECT_TRUE(UnitsAgree(Product({}, "KGM"), Product({}, "GRM"), &numerator, &denominator));
  EXPECT_EQ(numerator, 1000);
  EXPECT_EQ(denominator, 1);
  EXPECT_FALSE(UnitsAgree(Product({}, "KGM"), Product({}, "H87"), &numerator, &denominator));
}

}  // namespace
}  // namespace entrepot::trade
