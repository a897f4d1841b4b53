#include "app/entrepot/order_print.h"

#include <fmt/core.h>

#include "app/entrepot/expectation.h"
#include "app/entrepot/values.h"
#include "core/domain/decimal.h"

namespace entrepot::cli {
namespace {

domain::Decimal Exact(const v1::Decimal& decimal) {
  return domain::Decimal::From(decimal).value_or(domain::Decimal());
}

std::string Text(domain::Decimal decimal) { return decimal.ToString(); }

std::string Heading(const v1::Order& order, Names* names) {
  std::string text = fmt::format("Order {} of client {}: {}", order.number(),
                                 names->Key(order.client_id()), ShowEnum(order.status()));
  if (!order.client_order_number().empty()) text += ", their " + order.client_order_number();
  if (order.has_wanted_on()) text += ", wanted on " + Show(order.wanted_on());
  if (!order.cancel_reason().empty()) text += ", because: " + order.cancel_reason();
  return text;
}

// Why a line is not served whole, and what was done about it.
void PrintMissing(const v1::LineAnswer& answer, const Output& out) {
  if (answer.outcome() == v1::LINE_OUTCOME_ACCEPTED) return;
  out.Say();
  out.Say(fmt::format("Line {}, {} {}: {} {} not on the shelf", answer.line(), answer.sku(),
                      answer.name(), Show(answer.back_ordered()), ShowUnit(answer.unit())));
  out.Say("  expected   " + ShowExpectation(answer.expectation()));
  if (!answer.stock_request().empty()) {
    out.Say(fmt::format("  asked      stock request {} to {}", answer.stock_request(),
                        answer.assignee()));
  }
  for (const v1::Analogue& analogue : answer.analogues()) {
    out.Say("  instead    " + ShowAnalogue(analogue));
    out.Say("             " + ShowReasons(analogue));
  }
}

domain::Decimal Allocated(const v1::OrderLine& line) {
  domain::Decimal sum;
  for (const v1::Allocation& allocation : line.allocations()) sum += Exact(allocation.quantity());
  return sum;
}

domain::Decimal Shipped(const v1::OrderLine& line) {
  domain::Decimal sum;
  for (const v1::Allocation& allocation : line.allocations()) sum += Exact(allocation.shipped());
  return sum;
}

void PrintLines(const v1::Order& order, Names* names, const Output& out) {
  Table table({{"LINE", true},
               {"SKU"},
               {"ORDERED", true},
               {"ALLOCATED", true},
               {"SHIPPED", true},
               {"BACK-ORDERED", true},
               {"PRICE", true},
               {"EXPECTED"}});
  for (const v1::OrderLine& line : order.lines()) {
    table.Add({std::to_string(line.number()), names->Key(line.product_id()), Show(line.quantity()),
               Text(Allocated(line)), Text(Shipped(line)), Show(line.back_ordered()),
               line.has_unit_price() ? Show(line.unit_price()) : "",
               line.has_expectation() ? ShowExpectation(line.expectation()) : ""});
  }
  out.Print(table);
}

}  // namespace

void PrintAnswer(const v1::PlaceOrderResponse& response, const std::string& request_id,
                 Names* names, const Output& out) {
  out.Say(Heading(response.order().order(), names) + ", request id " + request_id);
  Table table({{"LINE", true},
               {"SKU"},
               {"NAME"},
               {"ORDERED", true},
               {"ACCEPTED", true},
               {"BACK-ORDERED", true},
               {"UNIT"},
               {"ANSWER"},
               {"EXPECTED"}});
  for (const v1::LineAnswer& answer : response.answers()) {
    table.Add({std::to_string(answer.line()), answer.sku(), answer.name(), Show(answer.ordered()),
               Show(answer.accepted()), Show(answer.back_ordered()), ShowUnit(answer.unit()),
               ShowEnum(answer.outcome()),
               answer.has_expectation() ? ShowExpectedDate(answer.expectation()) : ""});
  }
  out.Print(table);
  for (const v1::LineAnswer& answer : response.answers()) PrintMissing(answer, out);
}

void PrintOrder(const v1::Record& record, Names* names, const Output& out) {
  out.Say(Heading(record.order(), names));
  PrintLines(record.order(), names, out);
}

void PrintOrderCard(const v1::GetOrderResponse& response, Names* names, const Output& out) {
  PrintOrder(response.order(), names, out);
  Table requests({{"REQUEST"},
                  {"LINE", true},
                  {"QUANTITY", true},
                  {"TO"},
                  {"STATUS"},
                  {"PROMISED"},
                  {"ANSWER"}});
  for (const v1::Record& record : response.stock_requests()) {
    const v1::StockRequest& request = record.stock_request();
    requests.Add({request.number(), std::to_string(request.order_line()), Show(request.quantity()),
                  request.assignee(), ShowEnum(request.status()),
                  request.has_promised_on() ? Show(request.promised_on()) : "", request.answer()});
  }
  Table invoices({{"INVOICE"}, {"ISSUED"}, {"NET", true}, {"VAT", true}, {"GROSS", true}, {""}});
  for (const v1::Record& record : response.invoices()) {
    const v1::Invoice& invoice = record.invoice();
    invoices.Add({invoice.number(), Show(invoice.issued_on()), Show(invoice.net()),
                  Show(invoice.vat()), Show(invoice.gross()), invoice.currency()});
  }
  for (const Table* table : {&requests, &invoices}) {
    if (table->empty()) continue;
    out.Say();
    out.Print(*table);
  }
}

void PrintOrders(const v1::ListOrdersResponse& response, Names* names, const Output& out) {
  Table table({{"ORDER"},
               {"CLIENT"},
               {"THEIR NUMBER"},
               {"PLACED"},
               {"STATUS"},
               {"WANTED"},
               {"LINES", true}});
  for (const v1::Record& record : response.orders()) {
    const v1::Order& order = record.order();
    table.Add({order.number(), names->Key(order.client_id()), order.client_order_number(),
               Show(order.placed_at()), ShowEnum(order.status()),
               order.has_wanted_on() ? Show(order.wanted_on()) : "",
               std::to_string(order.lines_size())});
  }
  out.Print(table, "There are no such orders.");
}

}  // namespace entrepot::cli
