#include <gtest/gtest.h>

#include "amount.h"
#include "journal_text.h"

namespace entrepot::ledger {
namespace {

TEST(JournalText, KeepsAPayeeOnOneLineWithoutNotesAndComments) {
  EXPECT_EQ(PayeeText("  ООО «Ромашка»;\tМосква | склад\r\n№ 2 "),
            "ООО «Ромашка», Москва / склад № 2");
  EXPECT_EQ(PayeeText(" \n\t "), "");
  EXPECT_EQ(PayeeText("a\xC2\xA0\xE2\x80\x8B  b"), "a b") << "no-break and zero width spaces";
  EXPECT_EQ(PayeeText("a\xFF\x62"), "ab") << "bytes that are no text are dropped";
}

TEST(JournalText, GivesEveryCodeAnAccountOfItsOwn) {
  EXPECT_EQ(AccountPart("C-00001"), "C-00001");
  EXPECT_EQ(AccountPart("ИП 12"), "ИП 12");
  EXPECT_EQ(AccountPart("A:1"), "A%3A1");
  EXPECT_EQ(AccountPart("A%3A1"), "A%253A1");
  EXPECT_EQ(AccountPart(" a  b "), "%20a %20b%20");
  EXPECT_EQ(AccountPart("(x);"), "%28x%29%3B");
}

TEST(JournalText, ReadsTagValuesBack) {
  for (const char* key : {"1042-1", "A,B; C", "x%20y", "Ж/№ 1", "a|b(c)\n"}) {
    EXPECT_EQ(FromTagValue(TagValue(key)), key);
    EXPECT_EQ(TagValue(key).find_first_of(" ,;|()\n"), std::string::npos);
  }
}

TEST(JournalText, KnowsAccountNames) {
  for (const char* good : {"assets:receivable:{client}", "Активы:Долги клиентов:{client}", "a"}) {
    EXPECT_TRUE(IsAccountName(good)) << good;
  }
  for (const char* bad : {"", ":a", "a:", "a::b", " a", "a  b", "a;b", "(a)", "a: b", "a\tb"}) {
    EXPECT_FALSE(IsAccountName(bad)) << bad;
  }
}

TEST(Amount, IsWrittenExactly) {
  EXPECT_EQ(AmountText(0, 2), "0.00");
  EXPECT_EQ(AmountText(NanosOf(12345, 2), 2), "123.45");
  EXPECT_EQ(AmountText(-NanosOf(5, 2), 2), "-0.05");
  EXPECT_EQ(AmountText(NanosOf(1, 9), 2), "0.000000001");
  EXPECT_EQ(AmountText(NanosOf(20, 0), 0), "20");
  sdk::Decimal most;
  most.units = INT64_MAX;
  most.nanos = 999'999'999;
  EXPECT_EQ(AmountText(NanosOf(most), 2), "9223372036854775807.999999999");
  EXPECT_EQ(NanosOf(1230000000000, 12), NanosOf(123, 2));
  EXPECT_THROW(NanosOf(1, 10), sdk::Error);
}

}  // namespace
}  // namespace entrepot::ledger
