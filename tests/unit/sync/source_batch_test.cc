#include "core/sync/source_batch.h"

#include <gtest/gtest.h>

#include <string>

namespace entrepot::sync {
namespace {

connector::ReadResponse Answer() {
  connector::ReadResponse answer;
  answer.mutable_rows()->add_columns("sku");
  answer.mutable_rows()->add_rows()->add_cells("A-1");
  answer.add_records()->mutable_product()->set_sku("B-2");
  answer.set_next_cursor("7");
  answer.set_snapshot_end(true);
  return answer;
}

TEST(SourceBatch, KeepsRowsApartFromTheRest) {
  SourceBatch batch;
  ASSERT_TRUE(batch.Decode(Answer().SerializeAsString()));
  EXPECT_EQ(batch.size(), 2u);
  ASSERT_EQ(batch.rows().size(), 1u);
  EXPECT_EQ(batch.rows().row(0).cells[0], "A-1");
  connector::ReadResponse rest = Answer();
  rest.clear_rows();
  EXPECT_EQ(batch.head().SerializeAsString(), rest.SerializeAsString());
}

TEST(SourceBatch, HoldsNothingOfTheAnswerBefore) {
  SourceBatch batch;
  ASSERT_TRUE(batch.Decode(Answer().SerializeAsString()));
  ASSERT_TRUE(batch.Decode(""));
  EXPECT_EQ(batch.size(), 0u);
  EXPECT_EQ(batch.head().ByteSizeLong(), 0u);
}

TEST(SourceBatch, MergesRowsThatComeInPieces) {
  SourceBatch batch;
  const std::string bytes = Answer().SerializeAsString();
  ASSERT_TRUE(batch.Decode(bytes + bytes));
  EXPECT_EQ(batch.rows().size(), 2u);
  EXPECT_EQ(batch.head().records_size(), 2);
  EXPECT_EQ(batch.head().next_cursor(), "7");
}

TEST(SourceBatch, IsEmptyAfterAnAnswerThatIsCutOff) {
  const std::string bytes = Answer().SerializeAsString();
  SourceBatch batch;
  EXPECT_FALSE(batch.Decode(bytes.substr(0, bytes.size() - 1)));
  EXPECT_EQ(batch.size(), 0u);
  EXPECT_EQ(batch.head().ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace entrepot::sync
