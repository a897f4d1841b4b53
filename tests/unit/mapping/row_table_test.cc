#include "core/mapping/row_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace entrepot::mapping {
namespace {

using connector::v1::Row;
using connector::v1::Rows;
using ::testing::ElementsAre;

Rows TwoRows() {
  Rows rows;
  rows.set_location("stock.csv");
  rows.add_columns("sku");
  rows.add_columns("Остаток");
  Row* first = rows.add_rows();
  first->add_cells("A-1");
  first->add_cells(std::string("1\xFF", 2));  // cells are bytes: the mapping judges them
  first->set_line(2);
  first->add_positions(1);
  first->add_positions(300);
  first->set_raw("A-1;1");
  Row* second = rows.add_rows();
  second->add_cells("A-2");
  second->add_cells("");
  second->add_absent(1);
  second->set_deleted(true);
  return rows;
}

TEST(RowTable, ShowsRowsAsTheyWereGiven) {
  const std::string bytes = TwoRows().SerializeAsString();
  RowTable table;
  ASSERT_TRUE(table.Merge(bytes));
  EXPECT_EQ(table.location(), "stock.csv");
  EXPECT_THAT(table.columns(), ElementsAre("sku", "Остаток"));
  ASSERT_EQ(table.size(), 2u);
  EXPECT_THAT(table.row(0).cells, ElementsAre("A-1", "1\xFF"));
  EXPECT_THAT(table.row(0).absent, ElementsAre());
  EXPECT_FALSE(table.row(0).deleted);
  EXPECT_THAT(table.row(1).cells, ElementsAre("A-2", ""));
  EXPECT_THAT(table.row(1).absent, ElementsAre(1u));
  EXPECT_TRUE(table.row(1).deleted);
  for (size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(RowTable::Whole(table.row(i)).SerializeAsString(),
              TwoRows().rows(static_cast<int>(i)).SerializeAsString());
  }
}

TEST(RowTable, AddsRowsToThoseThatAreThere) {
  const std::string bytes = TwoRows().SerializeAsString();
  RowTable table;
  ASSERT_TRUE(table.Merge(bytes));
  ASSERT_TRUE(table.Merge(bytes));
  ASSERT_EQ(table.size(), 4u);
  EXPECT_EQ(table.columns().size(), 4);
  EXPECT_THAT(table.row(3).cells, ElementsAre("A-2", ""));
  table.Clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.columns().size(), 0);
}

TEST(RowTable, PassesOverFieldsOfANewerContract) {
  std::string row = TwoRows().rows(0).SerializeAsString();
  row += std::string("\xA0\x06\x07", 3);                 // field 100, a number
  row += std::string("\xAA\x06\x02hi", 5);               // 101, bytes
  row += std::string("\xB5\x06\1\2\3\4", 6);             // 102, four bytes
  row += std::string("\xB9\x06\1\2\3\4\5\6\7\x08", 10);  // 103, eight bytes
  const std::string bytes =
      std::string("\x1A", 1) + static_cast<char>(row.size()) + row;  // Rows.rows
  RowTable table;
  ASSERT_TRUE(table.Merge(bytes));
  EXPECT_THAT(table.row(0).cells, ElementsAre("A-1", "1\xFF"));
}

TEST(RowTable, AcceptsNumbersThatAreNotPacked) {
  const std::string row("\x0A\x01x\x28\x00\x28\x02", 7);
  const std::string bytes = std::string("\x1A", 1) + static_cast<char>(row.size()) + row;
  RowTable table;
  ASSERT_TRUE(table.Merge(bytes));
  EXPECT_THAT(table.row(0).absent, ElementsAre(0u, 2u));
}

// What protobuf accepts is accepted, and what it refuses is refused, wherever the bytes end.
TEST(RowTable, RefusesWhatIsCutOff) {
  const std::string bytes = TwoRows().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    RowTable table;
    Rows rows;
    EXPECT_EQ(table.Merge(bytes.substr(0, size)), rows.ParseFromString(bytes.substr(0, size)))
        << size;
  }
}

TEST(RowTable, RefusesColumnsThatAreNotUtf8) {
  RowTable table;
  EXPECT_FALSE(table.Merge(std::string("\x12\x01\xFF", 3)));
  EXPECT_FALSE(table.Merge(std::string("\x0A\x01\xFF", 3)));
}

}  // namespace
}  // namespace entrepot::mapping
