// The files in connectors/csv/testdata, which look like those of real programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "file_reader.h"

namespace entrepot::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Rows as "line: cell|cell", faults as "line:column! sentence".
std::vector<std::string> ReadAll(const std::string& name, const std::string& encoding,
                                 char delimiter = ';') {
  FileFormat format;
  format.encoding = encoding;
  format.dialect.delimiter = delimiter;
  FileReader reader(std::filesystem::path(ENTREPOT_TESTDATA) / name, format);
  std::vector<std::string> all;
  while (true) {
    const Scan scan = reader.Next();
    if (scan == Scan::kEnd) return all;
    std::string text = std::to_string(reader.row_line());
    if (scan == Scan::kFault) {
      text += ":" + std::to_string(reader.row().fault_position) + "! " + reader.row().fault;
    } else {
      text += ":";
      for (const Cell& cell : reader.row().cells) text += " " + std::string(cell.text) + " |";
    }
    all.push_back(text);
  }
}

TEST(Testdata, AnExportOfAnAccountingProgram) {
  EXPECT_THAT(ReadAll("stock-windows-1251.csv", "windows-1251"),
              ElementsAre("2: А-1 | Болт М8x40 \"усиленный\" | 1 250,5 |",
                          "3: А-2 | Гайка \"М8\"; цинк | 0 |", "5: А-3 | Шайба 8 №2 | 15 |"));
}

TEST(Testdata, AnExportOfADosProgram) {
  EXPECT_THAT(ReadAll("stock-cp866.csv", "cp866"), ElementsAre("2: А-1 | Болт М8 | 3 |"));
}

TEST(Testdata, UnicodeTextOfASpreadsheet) {
  EXPECT_THAT(ReadAll("stock-utf-16.csv", "windows-1251", '\t'),
              ElementsAre("2: А-1 | Болт 😀 | 3 |", "3: А-2 | в две\nстроки | 4 |"));
}

TEST(Testdata, AFileInWhichEverythingGoesWrong) {
  EXPECT_THAT(ReadAll("stock-broken.csv", "utf-8"),
              ElementsAre("2: 1 | fine | 1 |", HasSubstr("3:8! the row has 2 cells where 3"),
                          HasSubstr("4:7! the row has 4 cells where 3"),
                          HasSubstr("5:10! there is text after the closing quote"),
                          HasSubstr("6:3! there are bytes here"),
                          HasSubstr("7:3! the quote that opens here"), "8: 7 | fine | 7 |"));
}

}  // namespace
}  // namespace entrepot::csv
