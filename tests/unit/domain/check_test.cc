#include "core/domain/check.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {
namespace {

// What is said of a body after `spoil` has changed it; "OK" where nothing is.
template <typename Message>
std::string Said(Message body, const std::function<void(Message&)>& spoil) {
  spoil(body);
  const absl::Status status = Check(KindOf<Message>(), body);
  if (status.ok()) return "OK";
  EXPECT_EQ(ReasonOf(status), "INVALID_RECORD");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(StdView(status.message()));
}

v1::Date MakeDate(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

v1::Client GoodClient() {
  v1::Client client;
  client.set_code("C-7");
  auto* point = client.add_contact_points();
  point->set_type(v1::CONTACT_POINT_TYPE_EMAIL);
  point->set_value("anna@example.org");
  return client;
}

TEST(CheckClient, NeedsACode) {
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto&) {}), "OK");
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto& c) { c.clear_code(); }), "code: is missing");
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto& c) { c.set_code(" C-7"); }),
            "code: \" C-7\" starts or ends with a space");
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto& c) { c.set_code("C\n7"); }),
            "code: holds a control character");
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto& c) { c.set_code(std::string(256, 'x')); }),
            "OK");
  EXPECT_EQ(Said<v1::Client>(GoodClient(), [](auto& c) { c.set_code(std::string(257, 'x')); }),
            "code: is longer than 256 bytes");
}

TEST(CheckClient, NeedsCompleteContactPoints) {
  EXPECT_EQ(
      Said<v1::Client>(GoodClient(), [](auto& c) { c.mutable_contact_points(0)->clear_type(); }),
      "contact_points[0].type: is missing");
  EXPECT_EQ(
      Said<v1::Client>(GoodClient(), [](auto& c) { c.mutable_contact_points(0)->clear_value(); }),
      "contact_points[0].value: is missing");
  EXPECT_EQ(Said<v1::Client>(GoodClient(),
                             [](auto& c) {
                               c.mutable_contact_points(0)->set_type(
                                   static_cast<v1::ContactPointType>(77));
                             }),
            "contact_points[0].type: is a value that this release does not know");
}

v1::Contract GoodContract() {
  v1::Contract contract;
  contract.set_number("D-1");
  contract.set_client_id(1);
  *contract.mutable_valid_from() = MakeDate(2024, 1, 1);
  *contract.mutable_valid_until() = MakeDate(2024, 12, 31);
  contract.set_payment_days(14);
  *contract.mutable_credit_limit()->mutable_amount() = Decimal(100'000).ToProto();
  contract.mutable_credit_limit()->set_currency("RUB");
  return contract;
}

TEST(CheckContract, FindsWrongDatesAndMoney) {
  const v1::Contract good = GoodContract();
  EXPECT_EQ(Said<v1::Contract>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<v1::Contract>(good, [](auto& c) { c.clear_client_id(); }),
            "client_id: is missing");
  EXPECT_EQ(
      Said<v1::Contract>(good, [](auto& c) { *c.mutable_valid_until() = MakeDate(2023, 12, 31); }),
      "valid_until: 2023-12-31 lies before valid_from, 2024-01-01");
  EXPECT_EQ(
      Said<v1::Contract>(good, [](auto& c) { *c.mutable_valid_from() = MakeDate(2023, 2, 29); }),
      "valid_from: 2023-02-29 is no day of the calendar");
  EXPECT_EQ(Said<v1::Contract>(good, [](auto& c) { c.set_payment_days(-1); }),
            "payment_days: -1 is no number of days between 0 and 3650");
  EXPECT_EQ(
      Said<v1::Contract>(good, [](auto& c) { c.mutable_credit_limit()->set_currency("руб"); }),
      "credit_limit.currency: \"руб\" is no currency of ISO 4217; its code is \"RUB\"");
  EXPECT_EQ(
      Said<v1::Contract>(
          good,
          [](auto& c) { *c.mutable_credit_limit()->mutable_amount() = Decimal(-1).ToProto(); }),
      "credit_limit.amount: must not be negative");
}

v1::Product GoodProduct() {
  v1::Product product;
  product.set_sku("BOLT-M8-40");
  product.set_unit("H87");
  product.add_barcodes("4600000000001");
  *product.add_vat_rates()->mutable_percent() = Decimal(18).ToProto();
  auto* rate = product.add_vat_rates();
  *rate->mutable_percent() = Decimal(20).ToProto();
  *rate->mutable_valid_from() = MakeDate(2019, 1, 1);
  auto* attribute = product.add_attributes();
  attribute->set_name("length");
  *attribute->mutable_number() = Decimal(40).ToProto();
  return product;
}

TEST(CheckProduct, FindsWhatCannotBeTraded) {
  const v1::Product good = GoodProduct();
  EXPECT_EQ(Said<v1::Product>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.set_unit("шт"); }),
            "unit: \"шт\" is no unit of UN/ECE Recommendation 20 that is known; its code is "
            "\"H87\"");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.set_barcodes(0, "46-00"); }),
            "barcodes: \"46-00\" is no GTIN: 8, 12, 13 or 14 digits");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.mutable_attributes(0)->set_text("forty"); }),
            "attributes[0].number: the attribute \"length\" needs a text or a number, and only "
            "one");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.mutable_attributes(0)->clear_number(); }),
            "attributes[0].text: the attribute \"length\" needs a text or a number, and only one");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.set_lead_time_days(4000); }),
            "lead_time_days: 4000 is no number of days between 0 and 3650");
}

TEST(CheckProduct, KeepsVatRatesInOrder) {
  const v1::Product good = GoodProduct();
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.mutable_vat_rates(1)->clear_valid_from(); }),
            "vat_rates[1].valid_from: must lie after that of the rate before");
  EXPECT_EQ(
      Said<v1::Product>(
          good,
          [](auto& p) { *p.mutable_vat_rates(0)->mutable_valid_from() = MakeDate(2019, 1, 1); }),
      "vat_rates[1].valid_from: must lie after that of the rate before");
  EXPECT_EQ(Said<v1::Product>(good, [](auto& p) { p.mutable_vat_rates(0)->clear_percent(); }),
            "vat_rates[0].percent: is missing");
  EXPECT_EQ(Said<v1::Product>(good,
                              [](auto& p) {
                                *p.mutable_vat_rates(0)->mutable_percent() =
                                    Decimal::Parse("100.1")->ToProto();
                              }),
            "vat_rates[0].percent: is a percentage and must not be more than 100");
}

v1::ProductRelation GoodRelation() {
  v1::ProductRelation relation;
  relation.set_product_id(1);
  relation.set_related_product_id(2);
  relation.set_type(v1::PRODUCT_RELATION_TYPE_SUBSTITUTE);
  relation.mutable_factor()->set_numerator(3);
  relation.mutable_factor()->set_denominator(2);
  return relation;
}

TEST(CheckRelation, NeedsTwoProductsAndAFactorAboveZero) {
  const v1::ProductRelation good = GoodRelation();
  using Relation = v1::ProductRelation;
  EXPECT_EQ(Said<Relation>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<Relation>(good, [](auto& r) { r.set_related_product_id(1); }),
            "related_product_id: a product cannot be related to itself");
  EXPECT_EQ(Said<Relation>(good, [](auto& r) { r.clear_type(); }), "type: is missing");
  EXPECT_EQ(Said<Relation>(good, [](auto& r) { r.mutable_factor()->set_numerator(0); }),
            "factor: 0/2 is not more than zero");
  EXPECT_EQ(Said<Relation>(good, [](auto& r) { r.mutable_factor()->set_denominator(-2); }),
            "factor: 3/-2 is not more than zero");
  EXPECT_EQ(Said<Relation>(good, [](auto& r) { r.mutable_factor()->set_denominator(6); }),
            "factor: 3/6 is not in lowest terms");
}

TEST(CheckWarehouse, NeedsACodeAndASensibleTransfer) {
  v1::Warehouse good;
  good.set_code("MAIN");
  EXPECT_EQ(Said<v1::Warehouse>(good, [](auto& w) { w.set_transfer_days(0); }), "OK");
  EXPECT_EQ(Said<v1::Warehouse>(good, [](auto& w) { w.clear_code(); }), "code: is missing");
  EXPECT_EQ(Said<v1::Warehouse>(good, [](auto& w) { w.set_transfer_days(-1); }),
            "transfer_days: -1 is no number of days between 0 and 3650");
}

v1::StockLevel GoodLevel() {
  v1::StockLevel level;
  level.set_product_id(1);
  level.set_warehouse_id(2);
  *level.mutable_on_hand() = Decimal::Parse("12.5")->ToProto();
  level.mutable_as_of()->set_seconds(1'700'000'000);
  return level;
}

TEST(CheckStockLevel, NamesTheFieldThatIsWrong) {
  const v1::StockLevel good = GoodLevel();
  using Level = v1::StockLevel;
  EXPECT_EQ(Said<Level>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { *l.mutable_on_hand() = Decimal(-3).ToProto(); }), "OK");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { l.clear_product_id(); }), "product_id: is missing");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { l.clear_warehouse_id(); }), "warehouse_id: is missing");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { l.mutable_on_hand()->set_nanos(-1); }),
            "on_hand: units 12 with nanos -1 is no decimal: both have the same sign, and nanos lie "
            "between -999999999 and 999999999");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { *l.mutable_on_hold() = Decimal(-1).ToProto(); }),
            "on_hold: must not be negative");
  EXPECT_EQ(Said<Level>(good, [](auto& l) { *l.mutable_reserved() = Decimal(-1).ToProto(); }),
            "reserved: must not be negative");
  EXPECT_EQ(Said<Level>(good,
                        [](auto& l) {
                          l.mutable_as_of()->set_seconds(std::numeric_limits<int64_t>::max());
                        }),
            "as_of: 9223372036854775807 s and 0 ns since 1970 is no time between the years 1 and "
            "9999");
}

TEST(CheckSupply, NeedsItsLineAndAQuantity) {
  v1::Supply good;
  good.set_purchase_order("PO-7");
  good.set_line("2");
  good.set_product_id(1);
  good.set_warehouse_id(2);
  *good.mutable_quantity() = Decimal(5).ToProto();
  EXPECT_EQ(Said<v1::Supply>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<v1::Supply>(good, [](auto& s) { s.mutable_quantity()->clear_units(); }), "OK");
  EXPECT_EQ(Said<v1::Supply>(good, [](auto& s) { s.clear_line(); }), "line: is missing");
  EXPECT_EQ(Said<v1::Supply>(good, [](auto& s) { s.clear_quantity(); }), "quantity: is missing");
  EXPECT_EQ(Said<v1::Supply>(good, [](auto& s) { *s.mutable_quantity() = Decimal(-1).ToProto(); }),
            "quantity: must not be negative");
  EXPECT_EQ(
      Said<v1::Supply>(good, [](auto& s) { *s.mutable_expected_on() = MakeDate(2024, 2, 30); }),
      "expected_on: 2024-02-30 is no day of the calendar");
  EXPECT_EQ(Said<v1::Supply>(good, [](auto& s) { s.set_status(v1::SUPPLY_STATUS_UNSPECIFIED); }),
            "status: is missing");
}

TEST(CheckPrice, NeedsMoney) {
  v1::Price good;
  good.set_product_id(1);
  good.set_price_type("retail");
  *good.mutable_price()->mutable_amount() = Decimal(10).ToProto();
  good.mutable_price()->set_currency("RUB");
  EXPECT_EQ(Said<v1::Price>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<v1::Price>(good, [](auto& p) { p.clear_price(); }), "price: is missing");
  EXPECT_EQ(Said<v1::Price>(good, [](auto& p) { p.mutable_price()->clear_currency(); }),
            "price.currency: is missing");
  EXPECT_EQ(
      Said<v1::Price>(
          good, [](auto& p) { *p.mutable_price()->mutable_amount() = Decimal(-1).ToProto(); }),
      "price.amount: must not be negative");
  EXPECT_EQ(
      Said<v1::Price>(good, [](auto& p) { *p.mutable_minimum_quantity() = Decimal(-1).ToProto(); }),
      "minimum_quantity: must not be negative");
}

TEST(CheckPayment, NeedsAnAmountThatIsNotZero) {
  v1::Payment good;
  good.set_document("PP-1");
  good.set_client_id(1);
  *good.mutable_received_on() = MakeDate(2024, 5, 1);
  *good.mutable_amount()->mutable_amount() = Decimal(10).ToProto();
  good.mutable_amount()->set_currency("RUB");
  EXPECT_EQ(Said<v1::Payment>(good, [](auto&) {}), "OK");
  EXPECT_EQ(
      Said<v1::Payment>(good, [](auto& p) { p.mutable_amount()->mutable_amount()->clear_units(); }),
      "amount.amount: must not be zero");
  EXPECT_EQ(Said<v1::Payment>(good, [](auto& p) { p.clear_received_on(); }),
            "received_on: is missing");
  EXPECT_EQ(Said<v1::Payment>(good, [](auto& p) { p.clear_document(); }), "document: is missing");
}

TEST(CheckAccountBalance, NeedsItsWholeKeyAndAnAmount) {
  v1::AccountBalance good;
  good.set_client_id(1);
  good.set_currency("RUB");
  *good.mutable_as_of() = MakeDate(2024, 5, 1);
  good.mutable_amount();  // zero is a balance
  using Balance = v1::AccountBalance;
  EXPECT_EQ(Said<Balance>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<Balance>(good, [](auto& b) { *b.mutable_amount() = Decimal(-5).ToProto(); }),
            "OK");
  EXPECT_EQ(Said<Balance>(good, [](auto& b) { b.clear_client_id(); }), "client_id: is missing");
  EXPECT_EQ(Said<Balance>(good, [](auto& b) { b.clear_as_of(); }), "as_of: is missing");
  EXPECT_EQ(Said<Balance>(good, [](auto& b) { b.clear_amount(); }), "amount: is missing");
  EXPECT_NE(Said<Balance>(good, [](auto& b) { b.set_currency("руб"); }), "OK");
}

}  // namespace
}  // namespace entrepot::domain
