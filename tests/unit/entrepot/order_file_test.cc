#include "app/entrepot/order_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/entrepot/exit_code.h"

namespace entrepot::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string FaultOf(const std::string& text) {
  const absl::StatusOr<v1::PlaceOrderRequest> order = ParseOrder("order.json", text);
  if (order.ok()) return "";
  EXPECT_EQ(ExitCodeOf(order.status()), ExitCode::kUsage);
  return std::string(order.status().message());
}

TEST(OrderFile, TakesQuantitiesAsTheirDigitsStand) {
  const absl::StatusOr<v1::PlaceOrderRequest> order = ParseOrder("order.json", R"({
    "client": "C-1", "client_order_number": "З-17", "wanted_on": "2026-12-01",
    "lines": [
      {"sku": "BLT-8", "quantity": "3", "unit_price": "0.1", "vat_included": true},
      {"sku": "1042", "quantity": 2.123456789}
    ]})");
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->client_code(), "C-1");
  EXPECT_EQ(order->client_order_number(), "З-17");
  EXPECT_EQ(order->wanted_on().day(), 1);
  ASSERT_EQ(order->lines_size(), 2);
  EXPECT_EQ(order->lines(0).unit_price().nanos(), 100'000'000);
  EXPECT_TRUE(order->lines(0).vat_included());
  EXPECT_EQ(order->lines(1).quantity().nanos(), 123'456'789);
}

TEST(OrderFile, ReadsTabsAndEscapes) {
  const auto order = ParseOrder("order.json",
                                "{\n\t\"client\": \"C\\u002d1\",\n\t\"lines\": [\n\t\t{\"sku\": "
                                "\"A\", \"quantity\": 1}\n\t]\n}");
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->client_code(), "C-1");
}

TEST(OrderFile, NamesThePlaceAndTheNearestKey) {
  const std::string fault = FaultOf("{\"client\": \"C-1\",\n \"lins\": []}");
  EXPECT_THAT(fault, StartsWith("order.json:2:2: "));
  EXPECT_THAT(fault, HasSubstr("did you mean \"lines\"?"));
}

TEST(OrderFile, RefusesWhatIsNoNumber) {
  EXPECT_THAT(FaultOf(R"({"client": "C", "lines": [{"sku": "A", "quantity": "a few"}]})"),
              HasSubstr("order.json:1:"));
  EXPECT_THAT(FaultOf(R"({"client": "C", "lines": [{"sku": "A", "quantity": 1e3}]})"),
              HasSubstr("quantity"));
  EXPECT_THAT(FaultOf(R"({"client": "C", "wanted_on": "soon", "lines": []})"),
              HasSubstr("wanted_on is \"soon\""));
}

TEST(OrderFile, SaysWhatIsMissing) {
  EXPECT_THAT(FaultOf(R"({"lines": []})"), HasSubstr("\"client\" is missing"));
  EXPECT_THAT(FaultOf(R"({"client": "C"})"), HasSubstr("\"lines\" must be a list"));
  EXPECT_THAT(FaultOf("{"), StartsWith("order.json:1:"));
  EXPECT_THAT(FaultOf(""), StartsWith("order.json is empty"));
}

TEST(OrderFile, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(std::string(ReadOrderFile("/nowhere/order.json").status().message()),
              HasSubstr("No such file"));
  EXPECT_THAT(std::string(ReadOrderFile(testing::TempDir()).status().message()),
              HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace entrepot::cli
