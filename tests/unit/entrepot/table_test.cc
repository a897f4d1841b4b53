#include "app/entrepot/table.h"

#include <gtest/gtest.h>

#include "app/entrepot/text_width.h"

namespace entrepot::cli {
namespace {

TEST(TextWidth, CountsWhatTheTerminalShows) {
  EXPECT_EQ(TextWidth("bolt"), 4);
  EXPECT_EQ(TextWidth("болт"), 4);
  EXPECT_EQ(TextWidth("螺栓"), 4);
  EXPECT_EQ(TextWidth("e\xCC\x81"), 1);  // with a combining accent
  EXPECT_EQ(TextWidth("\xFF\xFE"), 2);   // broken bytes
}

TEST(Table, AlignsCyrillicByWhatIsShown) {
  Table table({{"SKU"}, {"NAME"}, {"ON HAND", true}});
  table.Add({"BLT-8", "Болт М8", "1,200"});
  table.Add({"W", "Bolt washer", "7"});
  EXPECT_EQ(table.ToString(),
            "SKU    NAME         ON HAND\n"
            "BLT-8  Болт М8        1,200\n"
            "W      Bolt washer        7\n");
}

TEST(Table, LeavesColumnsWithoutTextOut) {
  Table table({{"SKU"}, {"AS OF"}, {"ERROR"}});
  table.Add({"A", "", "gone"});
  EXPECT_EQ(table.ToString(), "SKU  ERROR\nA    gone\n");
}

TEST(Table, KeepsARowOnOneLine) {
  Table table = Table::OfFields();
  table.Add({"raw", "a\tb\nc"});
  EXPECT_EQ(table.ToString(), "raw  a b c\n");
}

TEST(Table, IsEmptyWithoutRows) { EXPECT_EQ(Table({{"SKU"}}).ToString(), ""); }

}  // namespace
}  // namespace entrepot::cli
