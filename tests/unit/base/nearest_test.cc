#include "core/base/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace entrepot {
namespace {

const std::vector<std::string> kFields = {"on_hand", "on_hold", "reserved", "as_of"};

TEST(Nearest, FindsAWordWithASwappedPairOfLetters) {
  EXPECT_EQ(NearestOf("on_hnad", kFields), "on_hand");
}

TEST(Nearest, FindsNothingThatDiffersInMoreThanAThird) {
  EXPECT_EQ(NearestOf("quantity", kFields), "");
}

TEST(Nearest, AllowsOneDifferenceInShortWords) {
  const std::vector<std::string> codes = {"KGM"};
  EXPECT_EQ(NearestOf("KG", codes), "KGM");
  EXPECT_EQ(NearestOf("G", codes), "");
}

TEST(Nearest, CountsCyrillicLettersNotBytes) {
  const std::vector<std::string> headings = {"Артикул", "Наименование", "Остаток"};
  EXPECT_EQ(NearestOf("артикл", headings), "Артикул");
  EXPECT_EQ(NearestOf("ОСТАТКИ", headings), "Остаток");
}

TEST(Nearest, TakesTheFirstOfEquallyNearWords) {
  EXPECT_EQ(NearestOf("on_hald", kFields), "on_hand");
  const std::vector<std::string> words = {"ab", "ac"};
  EXPECT_EQ(NearestOf("ad", words), "ab");
}

TEST(Nearest, SurvivesBrokenUtf8AndVeryLongWords) {
  EXPECT_EQ(NearestOf("\xD0", kFields), "");
  EXPECT_EQ(NearestOf(std::string(100'000, 'x'), kFields), "");
  EXPECT_EQ(NearestOf("on_hand\xFF", kFields), "on_hand");
}

TEST(Nearest, AsksTheQuestionOnlyWhereThereIsAnAnswer) {
  EXPECT_EQ(DidYouMean("on_hnd", kFields), "; did you mean \"on_hand\"?");
  EXPECT_EQ(DidYouMean("zzzzzz", kFields), "");
}

}  // namespace
}  // namespace entrepot
