#include "row_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "scan.h"

namespace entrepot::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Cells = std::vector<std::string>;

TEST(RowScanner, SplitsRowsAndCells) {
  const Scanned all = ScanAll("a;b;c\n1;;3\n");
  EXPECT_THAT(all.rows, ElementsAre(Cells{"a", "b", "c"}, Cells{"1", "", "3"}));
  EXPECT_THAT(all.lines, ElementsAre(1, 2));
}

TEST(RowScanner, TakesEveryKindOfLineEnd) {
  const Scanned all = ScanAll("a;b\r\nc;d\re;f\ng;h");
  EXPECT_THAT(all.rows,
              ElementsAre(Cells{"a", "b"}, Cells{"c", "d"}, Cells{"e", "f"}, Cells{"g", "h"}));
  EXPECT_THAT(all.lines, ElementsAre(1, 2, 3, 4));
}

TEST(RowScanner, ReadsQuotedCellsWithDelimitersQuotesAndLineEnds) {
  const Scanned all = ScanAll("\"a;b\";\"say \"\"yes\"\"\";\"two\r\nlines\"\nnext;1;2\n");
  EXPECT_THAT(all.rows,
              ElementsAre(Cells{"a;b", "say \"yes\"", "two\r\nlines"}, Cells{"next", "1", "2"}));
  EXPECT_THAT(all.lines, ElementsAre(1, 3));
}

TEST(RowScanner, TakesAQuoteInAnUnquotedCellAsText) {
  EXPECT_THAT(ScanAll("screw 5\";3/4\" pipe\n").rows,
              ElementsAre(Cells{"screw 5\"", "3/4\" pipe"}));
}

TEST(RowScanner, TellsWhereEachCellStandsInCharacters) {
  const Scanned all = ScanAll("Болт;\"М8\"; 12\nx;y;z\n");
  EXPECT_THAT(all.positions,
              ElementsAre(std::vector<uint32_t>{1, 6, 11}, std::vector<uint32_t>{1, 3, 5}));
  EXPECT_THAT(all.raws, ElementsAre("Болт;\"М8\"; 12", "x;y;z"));
}

TEST(RowScanner, SkipsBlankLinesAndRowsOfEmptyCells) {
  const Scanned all = ScanAll("a;b\n\n  \n;\n;;;\n1;2\n\n");
  EXPECT_THAT(all.rows, ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}));
  EXPECT_THAT(all.lines, ElementsAre(1, 6));
}

TEST(RowScanner, NamesTextAfterAClosingQuoteAndGoesOn) {
  const Scanned all = ScanAll("1;\"bolt \"M8\" long\";2\n3;4;5\n");
  EXPECT_THAT(all.faults, ElementsAre(HasSubstr("1:10: there is text after the closing quote")));
  EXPECT_THAT(all.rows, ElementsAre(Cells{"3", "4", "5"}));
}

TEST(RowScanner, AllowsSpacesAfterAClosingQuote) {
  EXPECT_THAT(ScanAll("\"a\"  ;\"b\" \n").rows, ElementsAre(Cells{"a", "b"}));
}

TEST(RowScanner, LosesOneLineOnlyToAQuoteThatNeverCloses) {
  const Scanned all = ScanAll("1;a\n2;\"never\n3;c\n4;d\n");
  EXPECT_THAT(all.faults, ElementsAre(HasSubstr("2:3: the quote that opens here")));
  EXPECT_THAT(all.rows, ElementsAre(Cells{"1", "a"}, Cells{"3", "c"}, Cells{"4", "d"}));
  EXPECT_THAT(all.lines, ElementsAre(1, 3, 4));
}

TEST(RowScanner, BoundsARowThatAQuoteHoldsOpen) {
  std::string text = "1;\"open\n";
  for (int i = 0; i < 100; ++i) text += "2;b\n";
  const Scanned all = ScanAll(text, {.row_bytes_max = 64}, 16);
  EXPECT_EQ(all.faults.size(), 1u);
  EXPECT_EQ(all.rows.size(), 100u);
}

TEST(RowScanner, NamesARowThatIsTooLongAndGoesOnBehindIt) {
  const std::string text = "1;a\n2;" + std::string(500, 'x') + "\n3;c\n";
  for (const size_t piece : {0, 7, 64, 100}) {
    const Scanned all = ScanAll(text, {.row_bytes_max = 64}, piece);
    EXPECT_THAT(all.faults, ElementsAre(HasSubstr("longer than 64 bytes")));
    EXPECT_THAT(all.rows, ElementsAre(Cells{"1", "a"}, Cells{"3", "c"}));
    EXPECT_THAT(all.lines, ElementsAre(1, 3));
  }
}

TEST(RowScanner, NamesARowOfTooManyCells) {
  const Scanned all = ScanAll("1;2;3;4\n1;2\n", {.columns_max = 3});
  EXPECT_THAT(all.faults, ElementsAre(HasSubstr("1:7: the row has 4 cells, more than 3")));
  EXPECT_EQ(all.rows.size(), 1u);
}

TEST(RowScanner, NamesBytesThatAreNoText) {
  const Scanned all = ScanAll("1;a\n2;\xC3(\n3;c\n");
  EXPECT_THAT(all.faults, ElementsAre(HasSubstr("2:3: there are bytes here that are no text")));
  EXPECT_EQ(all.rows.size(), 2u);
}

TEST(RowScanner, KnowsNoQuotesWhereThereAreNone) {
  EXPECT_THAT(ScanAll("\"a;b\"\n", {.quote = '\0'}).rows, ElementsAre(Cells{"\"a", "b\""}));
}

TEST(RowScanner, ReadsNothingFromNothing) {
  EXPECT_THAT(ScanAll("").rows, IsEmpty());
  EXPECT_THAT(ScanAll("\n\r\n").rows, IsEmpty());
}

std::string Write(const std::vector<Cells>& rows, const std::string& line_end) {
  std::string text;
  for (const Cells& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ';';
      const bool quote = row[i].find_first_of(";\"\r\n") != std::string::npos || i % 3 == 1;
      if (!quote) {
        text += row[i];
        continue;
      }
      text += '"';
      for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += line_end;
  }
  return text;
}

TEST(RowScanner, ReadsBackWhateverIsWritten) {
  EXPECT_TRUE(rc::check("rows written and read are the same, in pieces of any size", [] {
    const auto character = rc::gen::element<std::string>("a", "Ж", "€", "😀", ";", "\"", "\n", "\r",
                                                         " ", ",", "0", "\t");
    const auto cell = rc::gen::map(rc::gen::container<std::vector<std::string>>(character),
                                   [](const std::vector<std::string>& parts) {
                                     std::string text;
                                     for (const std::string& part : parts) text += part;
                                     return text;
                                   });
    auto rows = *rc::gen::container<std::vector<Cells>>(
        rc::gen::container<Cells>(*rc::gen::inRange<size_t>(1, 6), cell));
    for (Cells& row : rows) row[0] = "k" + row[0];  // no row is blank
    const std::string text = Write(rows, *rc::gen::element<std::string>("\n", "\r\n", "\r"));
    const auto piece = *rc::gen::inRange<size_t>(0, 20);
    const Scanned all = ScanAll(text, {}, piece);
    RC_ASSERT(all.faults.empty());
    RC_ASSERT(all.rows == rows);
  }));
}

TEST(RowScanner, TakesEveryByteExactlyOnceWhateverItIsGiven) {
  EXPECT_TRUE(rc::check("extents add up, and pieces make no difference", [] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::element<char>('a', ';', '"', '\n', '\r', '\xD0', '\x96', ' '));
    const Dialect dialect = {.row_bytes_max = 32};
    const Scanned whole = ScanAll(text, dialect);
    const auto piece = *rc::gen::inRange<size_t>(1, 9);
    RC_ASSERT(ScanAll(text, {}, piece).rows == ScanAll(text).rows);
    RC_ASSERT(whole.rows.size() + whole.faults.size() <= text.size());
  }));
}

}  // namespace
}  // namespace entrepot::csv
