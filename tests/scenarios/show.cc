#include "tests/scenarios/show.h"

#include <fmt/core.h>

#include "absl/strings/ascii.h"
#include "core/domain/date.h"
#include "core/trade/order_lines.h"

namespace entrepot::scenarios {
namespace {

// "ORDER_STATUS_OPEN" without the prefix: "open".
std::string Word(const std::string& name, std::string_view prefix) {
  return absl::AsciiStrToLower(name.substr(prefix.size()));
}

std::string Text(const v1::Decimal& decimal) { return trade::ValueOf(decimal).ToString(); }

std::string ShowLine(const v1::OrderLine& line, const NameOf& name) {
  std::string text =
      fmt::format("  {} {} {}:", line.number(), name(line.product_id()), Text(line.quantity()));
  for (const v1::Allocation& allocation : line.allocations()) {
    text +=
        fmt::format(" {} from {}", Text(allocation.quantity()), name(allocation.warehouse_id()));
    if (trade::ValueOf(allocation.shipped()).sign() > 0) {
      text += fmt::format(" (shipped {})", Text(allocation.shipped()));
    }
  }
  if (trade::ValueOf(line.back_ordered()).sign() > 0) {
    text += fmt::format(" {} back-ordered", Text(line.back_ordered()));
  }
  if (line.has_expectation()) text += ", " + Show(line.expectation());
  return text + "\n";
}

}  // namespace

std::string Show(const v1::Expectation& expectation) {
  std::string text = Word(v1::ExpectationBasis_Name(expectation.basis()), "EXPECTATION_BASIS_");
  if (expectation.has_date()) text += " " + domain::DayText(expectation.date());
  return text + ": " + expectation.reason();
}

std::string Show(const v1::Order& order, const NameOf& name) {
  std::string text = fmt::format("order {} {}\n", order.number(),
                                 Word(v1::OrderStatus_Name(order.status()), "ORDER_STATUS_"));
  for (const v1::OrderLine& line : order.lines()) text += ShowLine(line, name);
  return text;
}

std::string Show(const v1::StockRequest& request, const NameOf& name) {
  std::string text =
      fmt::format("request {} to {}: {} {} for order {} line {}, {}", request.number(),
                  request.assignee(), Text(request.quantity()), name(request.product_id()),
                  name(request.order_id()), request.order_line(),
                  Word(v1::StockRequestStatus_Name(request.status()), "STOCK_REQUEST_STATUS_"));
  if (request.has_wanted_on()) text += ", wanted " + domain::DayText(request.wanted_on());
  if (request.has_promised_on()) text += ", promised " + domain::DayText(request.promised_on());
  if (!request.answered_by().empty()) text += ", answered by " + request.answered_by();
  if (!request.answer().empty()) text += ": " + request.answer();
  return text + "\n";
}

std::string Show(const v1::Invoice& invoice) {
  std::string text =
      fmt::format("invoice {} to {} on {}, due {}\n", invoice.number(), invoice.buyer().name(),
                  domain::DayText(invoice.issued_on()), domain::DayText(invoice.due_on()));
  for (const v1::InvoiceLine& line : invoice.lines()) {
    text += fmt::format("  {} x {} at {}, VAT {}% {}: net {} vat {} gross {}\n",
                        Text(line.quantity()), line.sku(), Text(line.unit_price()),
                        Text(line.vat_percent()), line.vat_included() ? "included" : "on top",
                        Text(line.net()), Text(line.vat()), Text(line.gross()));
  }
  return text + fmt::format("  {} net {} vat {} gross {}\n", invoice.currency(),
                            Text(invoice.net()), Text(invoice.vat()), Text(invoice.gross()));
}

std::string Show(const v1::Availability& availability) {
  std::string text =
      fmt::format("{} available {}\n", availability.sku(), Text(availability.available()));
  for (const v1::WarehouseAvailability& warehouse : availability.warehouses()) {
    text += fmt::format("  {}: on hand {}, on hold {}, reserved {}, ordered {}, available {}{}\n",
                        warehouse.code(), Text(warehouse.on_hand()), Text(warehouse.on_hold()),
                        Text(warehouse.reserved()), Text(warehouse.ordered()),
                        Text(warehouse.available()),
                        warehouse.has_transfer_days() ? "" : ", transfer unknown");
  }
  for (const v1::IncomingSupply& supply : availability.incoming()) {
    text += fmt::format("  incoming {} to {}: {}{}{}{}\n", supply.purchase_order(),
                        supply.warehouse_code(), Text(supply.quantity()),
                        supply.has_expected_on() ? " on " + domain::DayText(supply.expected_on())
                                                 : " without a date",
                        supply.late() ? ", late" : "", supply.on_hold() ? ", on hold" : "");
  }
  for (const v1::AtpStep& step : availability.atp()) {
    text += fmt::format("  from {}: {}\n", domain::DayText(step.date()), Text(step.quantity()));
  }
  if (availability.has_expectation()) text += "  " + Show(availability.expectation()) + "\n";
  return text;
}

std::string Show(const v1::Analogue& analogue) {
  std::string text =
      fmt::format("{}: {} needed, {} available{}\n", analogue.sku(), Text(analogue.needed()),
                  Text(analogue.available()), analogue.covers() ? "" : ", not enough");
  for (const std::string& reason : analogue.reasons()) text += "  + " + reason + "\n";
  for (const std::string& difference : analogue.differences()) text += "  - " + difference + "\n";
  return text;
}

}  // namespace entrepot::scenarios
