#include "core/trade/reactions/invoicing.h"

#include <fmt/core.h>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/amounts.h"
#include "core/domain/currency.h"
#include "core/domain/date.h"
#include "core/trade/order_lines.h"
#include "core/trade/pricing.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using v1::Record;

constexpr std::string_view kOrigin = "reaction:invoice";

template <typename Message>
void SetAmounts(const domain::Amounts& amounts, Message* message) {
  amounts.net.ToProto(message->mutable_net());
  amounts.vat.ToProto(message->mutable_vat());
  amounts.gross.ToProto(message->mutable_gross());
}

// What left of each order line, over all warehouses: an invoice has one line for each.
v1::InvoiceLine& LineOf(int32_t order_line, v1::Invoice* invoice) {
  for (v1::InvoiceLine& line : *invoice->mutable_lines()) {
    if (line.order_line() == order_line) return line;
  }
  v1::InvoiceLine* line = invoice->add_lines();
  line->set_order_line(order_line);
  return *line;
}

// `vat_percent`: on the day of issue.
absl::Status FillLine(const v1::OrderLine& ordered, const v1::Product& product, Decimal vat_percent,
                      int minor_digits, v1::InvoiceLine* line,
                      std::vector<domain::Amounts>* amounts) {
  line->set_product_id(ordered.product_id());
  line->set_sku(product.sku());
  line->set_name(product.name());
  line->set_unit(product.unit());
  *line->mutable_unit_price() = ordered.unit_price();
  line->set_vat_included(ordered.vat_included());
  vat_percent.ToProto(line->mutable_vat_percent());
  ASSIGN_OR_RETURN(const domain::Amounts computed,
                   domain::LineAmounts({.quantity = ValueOf(line->quantity()),
                                        .unit_price = ValueOf(line->unit_price()),
                                        .vat_included = line->vat_included(),
                                        .vat_percent = vat_percent,
                                        .minor_digits = minor_digits}));
  SetAmounts(computed, line);
  amounts->push_back(computed);
  return absl::OkStatus();
}

}  // namespace

bool Invoicing::Concerns(const store::LogEntry& entry, const store::Reader&) const {
  if (entry.kind != Record::kOrder || entry.deleted) return false;
  v1::Order order;
  return order.ParseFromString(entry.body) && !order.shipments().empty();
}

bool Invoicing::Reconsiders(const v1::Order& order) const { return !order.shipments().empty(); }

absl::StatusOr<size_t> Invoicing::Handle(std::span<const store::LogEntry> entries,
                                         store::Transaction& transaction) {
  for (const store::LogEntry& entry : entries) {
    RETURN_IF_ERROR(InvoiceShipments(entry.record_id, transaction));
  }
  return entries.size();
}

absl::Status Invoicing::InvoiceShipments(uint64_t order_id, store::Transaction& transaction) const {
  ASSIGN_OR_RETURN(const Record order, GetRecord(transaction, order_id));
  for (const v1::Shipment& shipment : order.order().shipments()) {
    v1::Invoice key;
    key.set_number(InvoiceNumber(order.order().number(), shipment.number()));
    ASSIGN_OR_RETURN(
        const auto known,
        transaction.FindByKey(Record::kInvoice,
                              domain::KeyBytes(domain::InfoOf(Record::kInvoice), key)));
    if (known) continue;
    ASSIGN_OR_RETURN(const v1::Invoice invoice, MakeInvoice(order, shipment, transaction));
    RETURN_IF_ERROR(PutRecord(transaction, Record::kInvoice, 0, invoice, kOrigin).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Invoice> Invoicing::MakeInvoice(const v1::Record& order,
                                                   const v1::Shipment& shipment,
                                                   const store::Transaction& transaction) const {
  const v1::Order& body = order.order();
  const absl::CivilDay issued_on =
      books_.settings.DayOf(absl::FromUnixSeconds(shipment.shipped_at().seconds()));
  v1::Invoice invoice;
  invoice.set_number(InvoiceNumber(body.number(), shipment.number()));
  invoice.set_order_id(order.id());
  invoice.set_shipment(shipment.number());
  invoice.set_client_id(body.client_id());
  ASSIGN_OR_RETURN(const Record client, GetRecord(transaction, body.client_id()));
  invoice.mutable_buyer()->set_code(client.client().code());
  invoice.mutable_buyer()->set_name(
      client.client().legal_name().empty() ? client.client().name() : client.client().legal_name());
  invoice.mutable_buyer()->set_tax_id(client.client().tax_id());
  *invoice.mutable_issued_on() = domain::ToDate(issued_on);
  *invoice.mutable_due_on() = domain::ToDate(
      issued_on + PaymentDays(books_.settings, books_.catalogue, body.client_id(), issued_on));
  invoice.set_currency(body.currency());

  for (const v1::ShipmentLine& left : shipment.lines()) {
    v1::InvoiceLine& line = LineOf(left.order_line(), &invoice);
    (ValueOf(line.quantity()) + ValueOf(left.quantity())).ToProto(line.mutable_quantity());
  }
  const domain::Currency* currency = domain::FindCurrency(body.currency());
  std::vector<domain::Amounts> amounts;
  for (v1::InvoiceLine& line : *invoice.mutable_lines()) {
    const v1::OrderLine& ordered = body.lines(line.order_line() - 1);
    ASSIGN_OR_RETURN(const Record product, GetRecord(transaction, ordered.product_id()));
    const ProductPtr sold = books_.catalogue.Product(ordered.product_id(), View::kWriter);
    const bool rated = sold != nullptr && !sold->vat_rates.empty();
    RETURN_IF_ERROR(FillLine(ordered, product.product(),
                             rated ? sold->VatPercentOn(issued_on) : ValueOf(ordered.vat_percent()),
                             currency == nullptr ? 2 : currency->minor_digits, &line, &amounts));
  }
  ASSIGN_OR_RETURN(const domain::Amounts total, domain::TotalOf(amounts));
  SetAmounts(total, &invoice);
  return invoice;
}

}  // namespace entrepot::trade
