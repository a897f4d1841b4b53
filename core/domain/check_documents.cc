// Orders, stock requests, invoices, payments and balances: kinds with lines and arithmetic.
#include <fmt/core.h>

#include <vector>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/domain/amounts.h"
#include "core/domain/check.h"
#include "core/domain/check_fields.h"
#include "core/domain/currency.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {
namespace {

using check::Invalid;
using check::Within;

// Of decimals that were checked before.
Decimal Value(const v1::Decimal& number) {
  const auto value = Decimal::From(number);
  return value.ok() ? *value : Decimal();
}

absl::Status CheckAllocation(const v1::Allocation& allocation) {
  RETURN_IF_ERROR(check::Reference("warehouse_id", allocation.warehouse_id()));
  RETURN_IF_ERROR(check::NotNegative("quantity", allocation.quantity()));
  RETURN_IF_ERROR(check::NotNegative("shipped", allocation.shipped()));
  if (Value(allocation.shipped()) > Value(allocation.quantity())) {
    return Invalid("shipped", "is more than was allocated");
  }
  return check::Time("shipped_at", allocation.shipped_at());
}

absl::Status CheckExpectation(const v1::Expectation& expectation) {
  RETURN_IF_ERROR(check::Known("basis", expectation.basis(), v1::ExpectationBasis_IsValid));
  const bool dated = expectation.basis() != v1::EXPECTATION_BASIS_UNKNOWN;
  if (dated != expectation.has_date()) {
    return Invalid("date", dated ? "is missing" : "must be absent where the basis is unknown");
  }
  return dated ? check::Day("date", expectation.date()) : absl::OkStatus();
}

// Ordered = allocated + back-ordered, as long as the order is open; what was cancelled is in
// neither.
absl::Status CheckSum(const v1::OrderLine& line, bool open) {
  Decimal sum = Value(line.back_ordered());
  for (const v1::Allocation& allocation : line.allocations()) sum += Value(allocation.quantity());
  const Decimal quantity = Value(line.quantity());
  if (sum == quantity || (!open && sum < quantity)) return absl::OkStatus();
  return Invalid("quantity", fmt::format("{} is not what is allocated and back-ordered, {}",
                                         quantity.ToString(), sum.ToString()));
}

absl::Status CheckOrderLine(const v1::OrderLine& line, int number, bool open) {
  if (line.number() != number) {
    return Invalid("number",
                   fmt::format("is {}, but lines count from 1: {}", line.number(), number));
  }
  RETURN_IF_ERROR(check::Reference("product_id", line.product_id()));
  RETURN_IF_ERROR(check::Positive("quantity", line.quantity()));
  RETURN_IF_ERROR(check::NotNegative("back_ordered", line.back_ordered()));
  for (int i = 0; i < line.allocations_size(); ++i) {
    RETURN_IF_ERROR(Within(CheckAllocation(line.allocations(i)), "allocations", i));
  }
  RETURN_IF_ERROR(CheckSum(line, open));
  const bool waits = Value(line.back_ordered()).sign() > 0;
  if (line.has_expectation()) {
    if (!waits) return Invalid("expectation", "must be absent where nothing is back-ordered");
    RETURN_IF_ERROR(Within(CheckExpectation(line.expectation()), "expectation"));
  } else if (waits && open) {
    return Invalid("expectation", "is missing: a part of the line is back-ordered");
  }
  RETURN_IF_ERROR(check::NotNegative("unit_price", line.unit_price()));
  return check::Percent("vat_percent", line.vat_percent());
}

// Adds what it ships to `shipped`, by line.
absl::Status CheckShipment(const v1::Shipment& shipment, int number,
                           std::vector<Decimal>* shipped) {
  if (shipment.number() != number) {
    return Invalid("number",
                   fmt::format("is {}, but shipments count from 1: {}", shipment.number(), number));
  }
  RETURN_IF_ERROR(check::Time("shipped_at", shipment.shipped_at()));
  if (shipment.lines_size() == 0) return Invalid("lines", "is empty");
  for (int i = 0; i < shipment.lines_size(); ++i) {
    const v1::ShipmentLine& line = shipment.lines(i);
    if (line.order_line() < 1 || line.order_line() > static_cast<int>(shipped->size())) {
      return Within(
          Invalid("order_line", fmt::format("the order has no line {}", line.order_line())),
          "lines", i);
    }
    RETURN_IF_ERROR(Within(check::Reference("warehouse_id", line.warehouse_id()), "lines", i));
    RETURN_IF_ERROR(Within(check::Positive("quantity", line.quantity()), "lines", i));
    (*shipped)[line.order_line() - 1] += Value(line.quantity());
  }
  return absl::OkStatus();
}

absl::Status CheckShipments(const v1::Order& order) {
  std::vector<Decimal> shipped(order.lines_size());
  for (int i = 0; i < order.shipments_size(); ++i) {
    RETURN_IF_ERROR(Within(CheckShipment(order.shipments(i), i + 1, &shipped), "shipments", i));
  }
  for (int i = 0; i < order.lines_size(); ++i) {
    Decimal of_allocations;
    for (const v1::Allocation& allocation : order.lines(i).allocations()) {
      of_allocations += Value(allocation.shipped());
    }
    if (of_allocations != shipped[i]) {
      return Within(
          Invalid("allocations", fmt::format("{} is shipped, but the shipments hold {}",
                                             of_allocations.ToString(), shipped[i].ToString())),
          "lines", i);
    }
  }
  return absl::OkStatus();
}

absl::Status SameAmount(std::string_view field, const v1::Decimal& written, Decimal computed) {
  RETURN_IF_ERROR(check::Number(field, written));
  if (Value(written) == computed) return absl::OkStatus();
  return Invalid(
      field, fmt::format("is {}, but comes to {}", Value(written).ToString(), computed.ToString()));
}

// Of an invoice and of its lines.
template <typename Message>
absl::Status SameAmounts(const Message& message, const absl::StatusOr<Amounts>& computed) {
  if (!computed.ok()) return Invalid("gross", StdView(computed.status().message()));
  RETURN_IF_ERROR(SameAmount("net", message.net(), computed->net));
  RETURN_IF_ERROR(SameAmount("vat", message.vat(), computed->vat));
  return SameAmount("gross", message.gross(), computed->gross);
}

absl::Status CheckInvoiceLine(const v1::InvoiceLine& line, int minor_digits, Amounts* amounts) {
  RETURN_IF_ERROR(check::Reference("product_id", line.product_id()));
  if (line.order_line() < 1) return Invalid("order_line", "is missing");
  RETURN_IF_ERROR(check::Positive("quantity", line.quantity()));
  RETURN_IF_ERROR(check::NotNegative("unit_price", line.unit_price()));
  RETURN_IF_ERROR(check::Percent("vat_percent", line.vat_percent()));
  const auto computed = LineAmounts({.quantity = Value(line.quantity()),
                                     .unit_price = Value(line.unit_price()),
                                     .vat_included = line.vat_included(),
                                     .vat_percent = Value(line.vat_percent()),
                                     .minor_digits = minor_digits});
  RETURN_IF_ERROR(SameAmounts(line, computed));
  *amounts = *computed;
  return absl::OkStatus();
}

}  // namespace

absl::Status Check(const v1::Order& order) {
  RETURN_IF_ERROR(check::KeyText("number", order.number()));
  RETURN_IF_ERROR(check::Reference("client_id", order.client_id()));
  RETURN_IF_ERROR(check::Time("placed_at", order.placed_at()));
  if (order.has_wanted_on()) RETURN_IF_ERROR(check::Day("wanted_on", order.wanted_on()));
  RETURN_IF_ERROR(check::Known("status", order.status(), v1::OrderStatus_IsValid));
  RETURN_IF_ERROR(check::CurrencyCode("currency", order.currency()));
  if (order.lines_size() == 0) return Invalid("lines", "is empty");
  const bool open = order.status() == v1::ORDER_STATUS_OPEN;
  for (int i = 0; i < order.lines_size(); ++i) {
    RETURN_IF_ERROR(Within(CheckOrderLine(order.lines(i), i + 1, open), "lines", i));
  }
  return CheckShipments(order);
}

absl::Status Check(const v1::StockRequest& request) {
  RETURN_IF_ERROR(check::KeyText("number", request.number()));
  RETURN_IF_ERROR(check::Reference("order_id", request.order_id()));
  if (request.order_line() < 1) return Invalid("order_line", "is missing");
  RETURN_IF_ERROR(check::Reference("client_id", request.client_id()));
  RETURN_IF_ERROR(check::Reference("product_id", request.product_id()));
  RETURN_IF_ERROR(check::Positive("quantity", request.quantity()));
  if (request.has_wanted_on()) RETURN_IF_ERROR(check::Day("wanted_on", request.wanted_on()));
  RETURN_IF_ERROR(check::Known("status", request.status(), v1::StockRequestStatus_IsValid));
  if (request.has_promised_on()) {
    RETURN_IF_ERROR(check::Day("promised_on", request.promised_on()));
  } else if (request.status() == v1::STOCK_REQUEST_STATUS_ACCEPTED) {
    return Invalid("promised_on", "is missing: the request is accepted");
  }
  RETURN_IF_ERROR(check::Time("answered_at", request.answered_at()));
  return check::Time("created_at", request.created_at());
}

absl::Status Check(const v1::Invoice& invoice) {
  RETURN_IF_ERROR(check::KeyText("number", invoice.number()));
  RETURN_IF_ERROR(check::Reference("order_id", invoice.order_id()));
  if (invoice.shipment() < 1) return Invalid("shipment", "is missing");
  RETURN_IF_ERROR(check::Reference("client_id", invoice.client_id()));
  if (!invoice.has_issued_on()) return Invalid("issued_on", "is missing");
  RETURN_IF_ERROR(check::Day("issued_on", invoice.issued_on()));
  if (invoice.has_due_on()) {
    RETURN_IF_ERROR(check::Day("due_on", invoice.due_on()));
    if (Compare(invoice.due_on(), invoice.issued_on()) < 0) {
      return Invalid("due_on", "lies before issued_on");
    }
  }
  RETURN_IF_ERROR(check::CurrencyCode("currency", invoice.currency()));
  if (invoice.lines_size() == 0) return Invalid("lines", "is empty");
  const int minor_digits = FindCurrency(invoice.currency())->minor_digits;
  std::vector<Amounts> lines(invoice.lines_size());
  for (int i = 0; i < invoice.lines_size(); ++i) {
    RETURN_IF_ERROR(
        Within(CheckInvoiceLine(invoice.lines(i), minor_digits, &lines[i]), "lines", i));
  }
  return SameAmounts(invoice, TotalOf(lines));
}

absl::Status Check(const v1::Payment& payment) {
  RETURN_IF_ERROR(check::KeyText("document", payment.document()));
  RETURN_IF_ERROR(check::Reference("client_id", payment.client_id()));
  if (!payment.has_received_on()) return Invalid("received_on", "is missing");
  RETURN_IF_ERROR(check::Day("received_on", payment.received_on()));
  if (!payment.has_amount()) return Invalid("amount", "is missing");
  RETURN_IF_ERROR(check::Amount("amount", payment.amount()));
  if (Value(payment.amount().amount()).sign() == 0) {
    return Invalid("amount.amount", "must not be zero");
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::AccountBalance& balance) {
  RETURN_IF_ERROR(check::Reference("client_id", balance.client_id()));
  RETURN_IF_ERROR(check::CurrencyCode("currency", balance.currency()));
  if (!balance.has_as_of()) return Invalid("as_of", "is missing");
  RETURN_IF_ERROR(check::Day("as_of", balance.as_of()));
  if (!balance.has_amount()) return Invalid("amount", "is missing");
  return check::Number("amount", balance.amount());
}

}  // namespace entrepot::domain
