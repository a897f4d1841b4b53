#include "entrepot/sdk/rows.h"

#include "entrepot/connector/v1/connector.pb.h"
#include "entrepot/sdk/batch.h"
#include "gtest/gtest.h"

namespace entrepot::sdk {
namespace {

const std::vector<std::string> kColumns = {"sku", "quantity"};

std::string Whole(const Batch& batch) {
  std::string head, tail;
  batch.Encode(&head, &tail);
  return head + batch.rows().bytes() + tail;
}

TEST(RowsWriter, WritesTheBytesOfProtobuf) {
  RowsWriter writer;
  writer.Begin("stock.csv", kColumns);
  writer.Cell("A-1", 1);
  writer.Cell(std::string(300, '7'), 130);
  writer.EndRow({.line = 2, .raw = "A-1;777"});
  writer.Cell("A-2");
  writer.AbsentCell();
  writer.EndRow({.line = 300, .deleted = true});
  writer.Cell("");
  writer.Cell("");
  writer.EndRow();
  EXPECT_EQ(writer.row_count(), 3u);

  connector::v1::Rows expected;
  expected.set_location("stock.csv");
  expected.add_columns("sku");
  expected.add_columns("quantity");
  auto* row = expected.add_rows();
  row->add_cells("A-1");
  row->add_cells(std::string(300, '7'));
  row->set_line(2);
  row->add_positions(1);
  row->add_positions(130);
  row->set_raw("A-1;777");
  row = expected.add_rows();
  row->add_cells("A-2");
  row->add_cells("");
  row->set_line(300);
  row->add_absent(1);
  row->set_deleted(true);
  row = expected.add_rows();
  row->add_cells("");
  row->add_cells("");
  EXPECT_EQ(writer.bytes(), expected.SerializeAsString());
}

TEST(RowsWriter, RefusesARowThatDoesNotFitItsColumns) {
  RowsWriter writer;
  writer.Begin("stock.csv", kColumns);
  writer.Cell("A-1");
  EXPECT_THROW(writer.EndRow(), Error);
  writer.DropRow();
  writer.Cell("A-1");
  writer.Cell("5");
  EXPECT_NO_THROW(writer.EndRow());
  EXPECT_EQ(writer.row_count(), 1u);
}

TEST(RowsWriter, ForgetsEverythingWhenItBeginsAgain) {
  RowsWriter writer;
  writer.Begin("a.csv", kColumns);
  writer.Cell("A-1");
  writer.Begin("b.csv", kColumns);
  connector::v1::Rows rows;
  ASSERT_TRUE(rows.ParseFromString(writer.bytes()));
  EXPECT_EQ(rows.location(), "b.csv");
  EXPECT_EQ(rows.columns_size(), 2);
  EXPECT_EQ(writer.cell_count(), 0u);
}

TEST(Batch, EncodesTheWholeAnswer) {
  Batch batch(10, 1 << 20);
  batch.rows().Begin("stock.csv", kColumns);
  batch.rows().Cell("A-1");
  batch.rows().Cell("5");
  batch.rows().EndRow({.line = 2});
  batch.AddBadRow({"stock.csv", 3, 7, "A-2;\"", "a quote is not closed"});
  batch.next_cursor = "3";
  batch.snapshot_begin = batch.end = true;
  batch.remaining = 4;

  connector::v1::ReadResponse response;
  ASSERT_TRUE(response.ParseFromString(Whole(batch)));
  ASSERT_EQ(response.rows().rows_size(), 1);
  EXPECT_EQ(response.rows().rows(0).cells(1), "5");
  ASSERT_EQ(response.bad_rows_size(), 1);
  EXPECT_EQ(response.bad_rows(0).column(), 7u);
  EXPECT_EQ(response.bad_rows(0).reason(), "a quote is not closed");
  EXPECT_EQ(response.next_cursor(), "3");
  EXPECT_TRUE(response.snapshot_begin());
  EXPECT_FALSE(response.snapshot_end());
  EXPECT_TRUE(response.end());
  EXPECT_EQ(response.remaining(), 4u);
  EXPECT_EQ(batch.size(), 2u);
}

TEST(Batch, IsFullAtItsRowsOrItsBytes) {
  Batch few(2, 1 << 20);
  few.AddBadRow({});
  EXPECT_FALSE(few.full());
  few.AddRecord({});
  EXPECT_TRUE(few.full());
  Batch small(1000, 100);
  small.rows().Begin("stock.csv", kColumns);
  while (!small.full()) {
    small.rows().Cell("A-1");
    small.rows().Cell("5");
    small.rows().EndRow();
  }
  EXPECT_GE(small.bytes(), 100u);
  EXPECT_LT(small.bytes(), 120u);
}

TEST(Batch, HoldsRowsOrRecordsButNotBoth) {
  Batch batch(10, 1 << 20);
  Record record;
  record.body = Client{.code = "C-1", .name = "Anna"};
  batch.AddRecord(record);
  connector::v1::ReadResponse response;
  ASSERT_TRUE(response.ParseFromString(Whole(batch)));
  EXPECT_EQ(response.records(0).client().name(), "Anna");
  batch.rows().Begin("stock.csv", kColumns);
  batch.rows().Cell("A-1");
  batch.rows().Cell("5");
  batch.rows().EndRow();
  EXPECT_THROW(Whole(batch), Error);
}

TEST(CellOf, TellsNoValueFromAnEmptyText) {
  Row row;
  row.cells = {"A-1", "", ""};
  row.absent = {2};
  EXPECT_EQ(CellOf(row, 0), "A-1");
  EXPECT_EQ(CellOf(row, 1), "");
  EXPECT_EQ(CellOf(row, 2), std::nullopt);
  EXPECT_EQ(CellOf(row, 3), std::nullopt);
}

TEST(Batch, OfNothingIsEmpty) { EXPECT_EQ(Whole(Batch(10, 10)), ""); }

}  // namespace
}  // namespace entrepot::sdk
