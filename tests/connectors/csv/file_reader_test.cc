#include "file_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "header.h"

namespace entrepot::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FileReaderTest : public testing::Test {
 protected:
  std::filesystem::path Put(std::string_view content) {
    const std::filesystem::path path =
        std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + "-reader.csv");
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  static std::vector<std::string> Cells(const FileReader& reader) {
    std::vector<std::string> cells;
    for (const Cell& cell : reader.row().cells) cells.emplace_back(cell.text);
    return cells;
  }

  static std::string UnusableReason(const std::filesystem::path& path, const FileFormat& format) {
    try {
      FileReader reader(path, format);
      return "usable";
    } catch (const UnusableFile& unusable) {
      return unusable.what();
    }
  }
};

TEST_F(FileReaderTest, ReadsAHeaderAndRows) {
  FileReader reader(Put("sku;name\n1;Bolt\n2;Nut\n"), {});
  EXPECT_THAT(reader.columns(), ElementsAre("sku", "name"));
  EXPECT_EQ(reader.Next(), Scan::kRow);
  EXPECT_THAT(Cells(reader), ElementsAre("1", "Bolt"));
  EXPECT_EQ(reader.row_line(), 2u);
  EXPECT_EQ(reader.Next(), Scan::kRow);
  EXPECT_EQ(reader.Next(), Scan::kEnd);
}

TEST_F(FileReaderTest, CleansNamesAndSpellsKnownOnesAsConfigured) {
  FileReader reader(Put("\xEF\xBB\xBF  АРТИКУЛ ;\xC2\xA0Ед.  изм.;Цена;Цена;;\n1;2;3;4;;\n"),
                    {.columns = {"Ед. изм."}, .key = {"Артикул"}});
  EXPECT_THAT(reader.columns(), ElementsAre("Артикул", "Ед. изм.", "Цена", "Цена (2)"));
  EXPECT_EQ(reader.Next(), Scan::kRow);
  EXPECT_THAT(Cells(reader), ElementsAre("1", "2", "3", "4"));
}

TEST_F(FileReaderTest, NamesShortAndLongRows) {
  FileReader reader(Put("a;b;c\n1;2\n1;2;3;4\n1;2;3;\n"), {});
  EXPECT_EQ(reader.Next(), Scan::kFault);
  EXPECT_THAT(reader.row().fault, HasSubstr("2 cells where 3 are wanted; it ends before 'c'"));
  EXPECT_EQ(reader.Next(), Scan::kFault);
  EXPECT_EQ(reader.row().fault_position, 7u);
  EXPECT_EQ(reader.Next(), Scan::kRow) << "a trailing delimiter is no cell";
}

TEST_F(FileReaderTest, SaysWhyAFileCannotBeUsed) {
  const FileFormat format = {.key = {"sku"}};
  EXPECT_EQ(UnusableReason(Put(""), format), "the file is empty: it has no header");
  EXPECT_THAT(UnusableReason(Put("article;name\n1;2\n"), format),
              HasSubstr("no column 'sku'; it has 'article', 'name'"));
  EXPECT_THAT(UnusableReason(Put("sku,name\n1,2\n"), format),
              HasSubstr("The delimiter seems to be ',' (option delimiter)"));
  EXPECT_THAT(UnusableReason(Put("sku;\"name\n1;2\n"), format),
              HasSubstr("the header cannot be read: the quote"));
}

TEST_F(FileReaderTest, SaysInWhichEncodingAHeaderWouldBeUnderstood) {
  EXPECT_THAT(
      UnusableReason(Put("Артикул;Имя\n"), {.encoding = "windows-1251", .key = {"Артикул"}}),
      HasSubstr("seems to be in utf-8, not in windows-1251 (option encoding)"));
  const std::string windows = "\xC0\xF0\xF2\xE8\xEA\xF3\xEB;\xC8\xEC\xFF\n";
  EXPECT_THAT(UnusableReason(Put(windows), {.key = {"Артикул"}}),
              HasSubstr("seems to be in windows-1251"));
  EXPECT_THAT(UnusableReason(Put("Имя\n"), {.key = {"Артикул"}}), Not(HasSubstr("encoding")));
}

TEST_F(FileReaderTest, ReadsFilesWithoutAHeader) {
  FileReader numbered(Put("1;Bolt\n"), {.header = false});
  EXPECT_THAT(numbered.columns(), ElementsAre("1", "2"));
  EXPECT_EQ(numbered.Next(), Scan::kRow);
  EXPECT_THAT(Cells(numbered), ElementsAre("1", "Bolt"));
  FileReader named(Put("1;Bolt\n"), {.header = false, .columns = {"sku", "name"}});
  EXPECT_THAT(named.columns(), ElementsAre("sku", "name"));
}

TEST_F(FileReaderTest, SkipsLinesBeforeTheHeader) {
  FileReader reader(Put("Stock on 1 May\nWarehouse 1;;;\nsku;name\n1;Bolt\n"), {.skip_lines = 2});
  EXPECT_THAT(reader.columns(), ElementsAre("sku", "name"));
  EXPECT_EQ(reader.Next(), Scan::kRow);
  EXPECT_EQ(reader.row_line(), 4u);
}

// From every row's offset the rest reads the same.
void ExpectSeekable(const std::filesystem::path& path, const FileFormat& format) {
  struct Seen {
    uint64_t offset, line;
    std::string raw;
  };
  std::vector<Seen> seen;
  FileReader reader(path, format);
  while (true) {
    const uint64_t offset = reader.offset();
    const uint64_t line = reader.line();
    if (reader.Next() == Scan::kEnd) break;
    seen.push_back({offset, line, std::string(reader.row().raw)});
  }
  ASSERT_GT(seen.size(), 3u);
  for (const Seen& from : seen) {
    FileReader again(path, format);
    again.Seek(from.offset, from.line);
    ASSERT_NE(again.Next(), Scan::kEnd);
    EXPECT_EQ(again.row().raw, from.raw);
  }
}

TEST_F(FileReaderTest, GoesOnAtAnyRowInAnyEncoding) {
  const std::string text = "к;v\n1;Болт\n\n2;\"в две\nстроки\"\n3;\xD0\n4;конец\n";
  ExpectSeekable(Put(text), {});
  ExpectSeekable(Put("\xEF\xBB\xBF" + text), {});
  ExpectSeekable(Put("a;b\r\n1;\xC1\xEE\xEB\xF2\r\n\r\n2;\x98\r\n3;\"\xC1\r\n\xEE\"\r\n4;\xEB"),
                 {.encoding = "windows-1251"});
  std::string wide("\xFF\xFE", 2);
  for (const char16_t c : std::u16string(u"к;v\n1;😀\n2;Ж\n\n3;\"😀\n\"\n4;z\n")) {
    wide += static_cast<char>(c & 0xFF);
    wide += static_cast<char>(c >> 8);
  }
  ExpectSeekable(Put(wide), {});
}

TEST_F(FileReaderTest, ReadsRowsThatSpanPieces) {
  std::string text = "k;v\n";
  for (int i = 0; i < 20000; ++i) text += std::to_string(i) + ";" + std::string(i % 97, 'x') + "\n";
  FileReader reader(Put(text), {});
  for (int i = 0; i < 20000; ++i) {
    ASSERT_EQ(reader.Next(), Scan::kRow);
    ASSERT_EQ(reader.row().cells[0].text, std::to_string(i));
    ASSERT_EQ(reader.row().cells[1].text.size(), static_cast<size_t>(i % 97));
  }
  EXPECT_EQ(reader.Next(), Scan::kEnd);
}

}  // namespace
}  // namespace entrepot::csv
