#include "core/domain/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "entrepot/v1/record.pb.h"

namespace entrepot::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Row = std::tuple<std::string, std::string, std::string>;

std::vector<Row> Rows(const google::protobuf::Message* before,
                      const google::protobuf::Message* after) {
  std::vector<Row> rows;
  for (const auto& d : Diff(before, after)) rows.emplace_back(d.path, d.before, d.after);
  return rows;
}

v1::Order OrderOfTwoLines() {
  v1::Order order;
  order.set_number("1001");
  order.set_status(v1::ORDER_STATUS_OPEN);
  for (int i = 1; i <= 2; ++i) {
    auto* line = order.add_lines();
    line->set_number(i);
    *line->mutable_quantity() = Decimal(10).ToProto();
  }
  return order;
}

TEST(Diff, NamesTheFieldAndBothValues) {
  const v1::Order before = OrderOfTwoLines();
  v1::Order after = before;
  *after.mutable_lines(1)->mutable_back_ordered() = Decimal::Parse("2.5")->ToProto();
  *after.mutable_lines(1)->mutable_quantity() = Decimal(12).ToProto();
  after.set_status(v1::ORDER_STATUS_CANCELLED);
  after.set_cancel_reason("the client said \"no\"\n");
  EXPECT_THAT(
      Rows(&before, &after),
      ElementsAre(Row{"status", "\"open\"", "\"cancelled\""}, Row{"lines[1].quantity", "10", "12"},
                  Row{"lines[1].back_ordered", "", "2.5"},
                  Row{"cancel_reason", "", "\"the client said \\\"no\\\"\\n\""}));
}

TEST(Diff, IsEmptyForEqualMessages) {
  const v1::Order order = OrderOfTwoLines();
  EXPECT_THAT(Rows(&order, &order), IsEmpty());
  EXPECT_THAT(Rows(nullptr, nullptr), IsEmpty());
}

TEST(Diff, ListsEveryFieldOfANewOrVanishedMessage) {
  v1::StockLevel level;
  level.set_product_id(5);
  *level.mutable_on_hand() = Decimal(-1).ToProto();
  level.mutable_as_of()->set_seconds(0);
  EXPECT_THAT(Rows(nullptr, &level),
              ElementsAre(Row{"product_id", "", "5"}, Row{"on_hand", "", "-1"},
                          Row{"as_of", "", "\"1970-01-01T00:00:00Z\""}));
  EXPECT_THAT(Rows(&level, nullptr),
              ElementsAre(Row{"product_id", "5", ""}, Row{"on_hand", "-1", ""},
                          Row{"as_of", "\"1970-01-01T00:00:00Z\"", ""}));
}

TEST(Diff, TellsZeroFromAbsent) {
  v1::Warehouse before, after;
  after.set_transfer_days(0);
  EXPECT_THAT(Rows(&before, &after), ElementsAre(Row{"transfer_days", "", "0"}));
}

TEST(Diff, ShowsElementsThatCameAndWent) {
  v1::Product before, after;
  before.add_barcodes("11111111");
  after.add_barcodes("22222222");
  after.add_barcodes("33333333");
  after.add_attributes();  // empty, yet there
  EXPECT_THAT(Rows(&before, &after),
              ElementsAre(Row{"barcodes[0]", "\"11111111\"", "\"22222222\""},
                          Row{"barcodes[1]", "", "\"33333333\""}, Row{"attributes[0]", "", "{}"}));
}

TEST(Diff, WritesDaysFractionsAndFlagsAsPeopleReadThem) {
  v1::ProductRelation before, after;
  after.mutable_factor()->set_numerator(3);
  after.mutable_factor()->set_denominator(2);
  *after.mutable_valid_from() = ToDate(absl::CivilDay(2024, 2, 29));
  after.set_two_way(true);
  after.set_type(static_cast<v1::ProductRelationType>(99));
  EXPECT_THAT(Rows(&before, &after),
              ElementsAre(Row{"type", "", "99"}, Row{"two_way", "", "true"},
                          Row{"factor", "", "\"3/2\""}, Row{"valid_from", "", "\"2024-02-29\""}));
}

TEST(Diff, DescendsIntoMoney) {
  v1::Contract before, after;
  before.mutable_credit_limit()->set_currency("RUB");
  after.mutable_credit_limit()->set_currency("EUR");
  EXPECT_THAT(Rows(&before, &after),
              ElementsAre(Row{"credit_limit.currency", "\"RUB\"", "\"EUR\""}));
}

}  // namespace
}  // namespace entrepot::domain
