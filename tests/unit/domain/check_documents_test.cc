#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/domain/check.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {
namespace {

v1::Decimal D(const char* text) { return Decimal::Parse(text)->ToProto(); }

template <typename Message>
std::string Said(Message body, const std::function<void(Message&)>& spoil) {
  spoil(body);
  const absl::Status status = Check(body);
  if (status.ok()) return "OK";
  EXPECT_EQ(ReasonOf(status), "INVALID_RECORD");
  return std::string(StdView(status.message()));
}

// Ten ordered: six from a shelf, of which two are shipped, and four on their way.
v1::Order GoodOrder() {
  v1::Order order;
  order.set_number("1001");
  order.set_client_id(1);
  order.set_status(v1::ORDER_STATUS_OPEN);
  order.set_currency("RUB");
  auto* line = order.add_lines();
  line->set_number(1);
  line->set_product_id(2);
  *line->mutable_quantity() = D("10");
  auto* allocation = line->add_allocations();
  allocation->set_warehouse_id(3);
  *allocation->mutable_quantity() = D("6");
  *allocation->mutable_shipped() = D("2");
  *line->mutable_back_ordered() = D("4");
  line->mutable_expectation()->set_basis(v1::EXPECTATION_BASIS_DATED);
  *line->mutable_expectation()->mutable_date() = ToDate(absl::CivilDay(2024, 6, 1));
  *line->mutable_unit_price() = D("12.5");
  *line->mutable_vat_percent() = D("20");
  auto* shipment = order.add_shipments();
  shipment->set_number(1);
  auto* shipped = shipment->add_lines();
  shipped->set_order_line(1);
  shipped->set_warehouse_id(3);
  *shipped->mutable_quantity() = D("2");
  return order;
}

std::string SaidOfOrder(const std::function<void(v1::Order&)>& spoil) {
  return Said<v1::Order>(GoodOrder(), spoil);
}

TEST(CheckOrder, NeedsItsHead) {
  EXPECT_EQ(SaidOfOrder([](auto&) {}), "OK");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.clear_number(); }), "number: is missing");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.clear_client_id(); }), "client_id: is missing");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.clear_status(); }), "status: is missing");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.set_currency("XXQ"); }).substr(0, 10), "currency: ");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.clear_lines(); }), "lines: is empty");
}

TEST(CheckOrder, NeedsQuantityToBeAllocatedOrBackOrdered) {
  EXPECT_EQ(SaidOfOrder([](auto& o) { *o.mutable_lines(0)->mutable_quantity() = D("11"); }),
            "lines[0].quantity: 11 is not what is allocated and back-ordered, 10");
  EXPECT_EQ(SaidOfOrder([](auto& o) { *o.mutable_lines(0)->mutable_quantity() = D("0"); }),
            "lines[0].quantity: must be more than zero");
}

TEST(CheckOrder, LetsACancelledRestGo) {
  const auto cancel = [](v1::Order& o) {
    o.set_status(v1::ORDER_STATUS_CANCELLED);
    o.mutable_lines(0)->clear_back_ordered();
    o.mutable_lines(0)->clear_expectation();
    *o.mutable_lines(0)->mutable_allocations(0)->mutable_quantity() = D("2");
  };
  EXPECT_EQ(SaidOfOrder(cancel), "OK");
  EXPECT_EQ(SaidOfOrder([&](auto& o) {
              cancel(o);
              *o.mutable_lines(0)->mutable_back_ordered() = D("9");
            }),
            "lines[0].quantity: 10 is not what is allocated and back-ordered, 11");
}

TEST(CheckOrder, KeepsExpectationsHonest) {
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.mutable_lines(0)->clear_expectation(); }),
            "lines[0].expectation: is missing: a part of the line is back-ordered");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.mutable_lines(0)->mutable_expectation()->clear_date(); }),
            "lines[0].expectation.date: is missing");
  EXPECT_EQ(SaidOfOrder([](auto& o) {
              o.mutable_lines(0)->mutable_expectation()->set_basis(v1::EXPECTATION_BASIS_UNKNOWN);
            }),
            "lines[0].expectation.date: must be absent where the basis is unknown");
  EXPECT_EQ(SaidOfOrder([](auto& o) {
              auto* line = o.mutable_lines(0);
              line->clear_back_ordered();
              *line->mutable_allocations(0)->mutable_quantity() = D("10");
            }),
            "lines[0].expectation: must be absent where nothing is back-ordered");
}

TEST(CheckOrder, CountsWhatWasShipped) {
  EXPECT_EQ(SaidOfOrder([](auto& o) {
              *o.mutable_lines(0)->mutable_allocations(0)->mutable_shipped() = D("3");
            }),
            "lines[0].allocations: 3 is shipped, but the shipments hold 2");
  EXPECT_EQ(SaidOfOrder([](auto& o) {
              *o.mutable_lines(0)->mutable_allocations(0)->mutable_shipped() = D("7");
            }),
            "lines[0].allocations[0].shipped: is more than was allocated");
  EXPECT_EQ(
      SaidOfOrder([](auto& o) { o.mutable_shipments(0)->mutable_lines(0)->set_order_line(2); }),
      "shipments[0].lines[0].order_line: the order has no line 2");
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.mutable_shipments(0)->set_number(2); }),
            "shipments[0].number: is 2, but shipments count from 1: 1");
}

TEST(CheckOrder, CountsLinesFromOne) {
  EXPECT_EQ(SaidOfOrder([](auto& o) { o.mutable_lines(0)->set_number(0); }),
            "lines[0].number: is 0, but lines count from 1: 1");
}

v1::StockRequest GoodRequest() {
  v1::StockRequest request;
  request.set_number("1001");
  request.set_order_id(1);
  request.set_order_line(1);
  request.set_client_id(2);
  request.set_product_id(3);
  *request.mutable_quantity() = D("4");
  request.set_status(v1::STOCK_REQUEST_STATUS_OPEN);
  return request;
}

TEST(CheckStockRequest, NeedsAPromiseOnceAccepted) {
  const v1::StockRequest good = GoodRequest();
  using Request = v1::StockRequest;
  EXPECT_EQ(Said<Request>(good, [](auto&) {}), "OK");
  EXPECT_EQ(Said<Request>(good, [](auto& r) { r.set_status(v1::STOCK_REQUEST_STATUS_ACCEPTED); }),
            "promised_on: is missing: the request is accepted");
  EXPECT_EQ(Said<Request>(good, [](auto& r) { r.clear_quantity(); }),
            "quantity: must be more than zero");
  EXPECT_EQ(Said<Request>(good, [](auto& r) { r.clear_order_line(); }), "order_line: is missing");
  EXPECT_EQ(Said<Request>(good, [](auto& r) { r.clear_client_id(); }), "client_id: is missing");
}

v1::Invoice GoodInvoice() {
  v1::Invoice invoice;
  invoice.set_number("1001-1");
  invoice.set_order_id(1);
  invoice.set_shipment(1);
  invoice.set_client_id(2);
  *invoice.mutable_issued_on() = ToDate(absl::CivilDay(2024, 5, 15));
  invoice.set_currency("RUB");
  for (int i = 1; i <= 2; ++i) {
    auto* line = invoice.add_lines();
    line->set_order_line(i);
    line->set_product_id(3);
    *line->mutable_quantity() = D("1");
    *line->mutable_unit_price() = D("99.99");
    line->set_vat_included(true);
    *line->mutable_vat_percent() = D("20");
    *line->mutable_net() = D("83.32");
    *line->mutable_vat() = D("16.67");
    *line->mutable_gross() = D("99.99");
  }
  *invoice.mutable_net() = D("166.64");
  *invoice.mutable_vat() = D("33.34");
  *invoice.mutable_gross() = D("199.98");
  return invoice;
}

TEST(CheckInvoice, ComputesItAgain) {
  const v1::Invoice good = GoodInvoice();
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto&) {}), "OK");
  EXPECT_EQ(
      Said<v1::Invoice>(good, [](auto& i) { *i.mutable_lines(1)->mutable_vat() = D("16.66"); }),
      "lines[1].vat: is 16.66, but comes to 16.67");
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto& i) { *i.mutable_vat() = D("33.33"); }),
            "vat: is 33.33, but comes to 33.34");
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto& i) { *i.mutable_gross() = D("199.97"); }),
            "gross: is 199.97, but comes to 199.98");
}

TEST(CheckInvoice, FollowsTheCurrencysMinorUnit) {
  EXPECT_EQ(Said<v1::Invoice>(GoodInvoice(), [](auto& i) { i.set_currency("JPY"); }),
            "lines[0].net: is 83.32, but comes to 83");
}

TEST(CheckInvoice, NeedsItsHead) {
  const v1::Invoice good = GoodInvoice();
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto& i) { i.clear_issued_on(); }), "issued_on: is missing");
  EXPECT_EQ(Said<v1::Invoice>(
                good, [](auto& i) { *i.mutable_due_on() = ToDate(absl::CivilDay(2024, 5, 14)); }),
            "due_on: lies before issued_on");
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto& i) { i.clear_lines(); }), "lines: is empty");
  EXPECT_EQ(Said<v1::Invoice>(good, [](auto& i) { i.clear_shipment(); }), "shipment: is missing");
}

}  // namespace
}  // namespace entrepot::domain
