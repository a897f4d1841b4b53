#include "core/domain/check.h"

#include <fmt/core.h>

#include <cstdlib>
#include <numeric>
#include <string>

#include "core/base/log.h"
#include "core/base/status_macros.h"
#include "core/domain/check_fields.h"
#include "core/domain/date.h"

namespace entrepot::domain {
namespace {

using check::Invalid;
using check::Within;

template <typename Message>
absl::Status CheckAs(const google::protobuf::Message& body) {
  return Check(static_cast<const Message&>(body));
}

absl::Status CheckBarcode(const std::string& barcode) {
  const size_t length = barcode.size();
  const bool digits = barcode.find_first_not_of("0123456789") == std::string::npos;
  if (digits && (length == 8 || (length >= 12 && length <= 14))) return absl::OkStatus();
  return Invalid("barcodes", fmt::format("\"{}\" is no GTIN: 8, 12, 13 or 14 digits", barcode));
}

absl::Status CheckRates(const v1::Product& product) {
  for (int i = 0; i < product.vat_rates_size(); ++i) {
    const v1::VatRate& rate = product.vat_rates(i);
    if (!rate.has_percent()) return Within(Invalid("percent", "is missing"), "vat_rates", i);
    RETURN_IF_ERROR(Within(check::Percent("percent", rate.percent()), "vat_rates", i));
    if (rate.has_valid_from()) {
      RETURN_IF_ERROR(Within(check::Day("valid_from", rate.valid_from()), "vat_rates", i));
    }
    if (i == 0) continue;
    const v1::VatRate& before = product.vat_rates(i - 1);
    const bool ascending =
        rate.has_valid_from() &&
        (!before.has_valid_from() || Compare(before.valid_from(), rate.valid_from()) < 0);
    if (!ascending) {
      return Within(Invalid("valid_from", "must lie after that of the rate before"), "vat_rates",
                    i);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAttribute(const v1::Attribute& attribute) {
  if (attribute.name().empty()) return Invalid("name", "is missing");
  if (attribute.has_text() == attribute.has_number()) {
    return Invalid(attribute.has_text() ? "number" : "text",
                   fmt::format("the attribute \"{}\" needs a text or a number, and only one",
                               attribute.name()));
  }
  return check::Number("number", attribute.number());
}

}  // namespace

absl::Status Check(Kind kind, const google::protobuf::Message& body) {
  switch (kind) {
    case Kind::kClient: return CheckAs<v1::Client>(body);
    case Kind::kContract: return CheckAs<v1::Contract>(body);
    case Kind::kProduct: return CheckAs<v1::Product>(body);
    case Kind::kProductRelation: return CheckAs<v1::ProductRelation>(body);
    case Kind::kWarehouse: return CheckAs<v1::Warehouse>(body);
    case Kind::kStockLevel: return CheckAs<v1::StockLevel>(body);
    case Kind::kSupply: return CheckAs<v1::Supply>(body);
    case Kind::kPrice: return CheckAs<v1::Price>(body);
    case Kind::kOrder: return CheckAs<v1::Order>(body);
    case Kind::kStockRequest: return CheckAs<v1::StockRequest>(body);
    case Kind::kInvoice: return CheckAs<v1::Invoice>(body);
    case Kind::kPayment: return CheckAs<v1::Payment>(body);
    case Kind::kAccountBalance: return CheckAs<v1::AccountBalance>(body);
    case Kind::BODY_NOT_SET: break;
  }
  log::Error("a record without a body was to be checked", {{"kind", static_cast<int>(kind)}});
  std::abort();
}

absl::Status Check(const v1::Client& client) {
  RETURN_IF_ERROR(check::KeyText("code", client.code()));
  for (int i = 0; i < client.contact_points_size(); ++i) {
    const v1::ContactPoint& point = client.contact_points(i);
    RETURN_IF_ERROR(Within(check::Known("type", point.type(), v1::ContactPointType_IsValid),
                           "contact_points", i));
    if (point.value().empty()) return Within(Invalid("value", "is missing"), "contact_points", i);
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::Contract& contract) {
  RETURN_IF_ERROR(check::KeyText("number", contract.number()));
  RETURN_IF_ERROR(check::Reference("client_id", contract.client_id()));
  RETURN_IF_ERROR(check::Validity(contract));
  RETURN_IF_ERROR(check::Days("payment_days", contract.payment_days()));
  if (!contract.has_credit_limit()) return absl::OkStatus();
  RETURN_IF_ERROR(check::Amount("credit_limit", contract.credit_limit()));
  return check::NotNegative("credit_limit.amount", contract.credit_limit().amount());
}

absl::Status Check(const v1::Product& product) {
  RETURN_IF_ERROR(check::KeyText("sku", product.sku()));
  if (product.has_unit()) RETURN_IF_ERROR(check::UnitCode("unit", product.unit()));
  for (const std::string& barcode : product.barcodes()) RETURN_IF_ERROR(CheckBarcode(barcode));
  RETURN_IF_ERROR(CheckRates(product));
  for (int i = 0; i < product.attributes_size(); ++i) {
    RETURN_IF_ERROR(Within(CheckAttribute(product.attributes(i)), "attributes", i));
  }
  return check::Days("lead_time_days", product.lead_time_days());
}

absl::Status Check(const v1::ProductRelation& relation) {
  RETURN_IF_ERROR(check::Reference("product_id", relation.product_id()));
  RETURN_IF_ERROR(check::Reference("related_product_id", relation.related_product_id()));
  if (relation.product_id() == relation.related_product_id()) {
    return Invalid("related_product_id", "a product cannot be related to itself");
  }
  RETURN_IF_ERROR(check::Known("type", relation.type(), v1::ProductRelationType_IsValid));
  if (relation.has_factor()) {
    const v1::Fraction& factor = relation.factor();
    if (factor.numerator() <= 0 || factor.denominator() <= 0) {
      return Invalid("factor", fmt::format("{}/{} is not more than zero", factor.numerator(),
                                           factor.denominator()));
    }
    if (std::gcd(factor.numerator(), factor.denominator()) != 1) {
      return Invalid("factor", fmt::format("{}/{} is not in lowest terms", factor.numerator(),
                                           factor.denominator()));
    }
  }
  return check::Validity(relation);
}

absl::Status Check(const v1::Warehouse& warehouse) {
  RETURN_IF_ERROR(check::KeyText("code", warehouse.code()));
  return check::Days("transfer_days", warehouse.transfer_days());
}

absl::Status Check(const v1::StockLevel& level) {
  RETURN_IF_ERROR(check::Reference("product_id", level.product_id()));
  RETURN_IF_ERROR(check::Reference("warehouse_id", level.warehouse_id()));
  RETURN_IF_ERROR(check::Number("on_hand", level.on_hand()));
  RETURN_IF_ERROR(check::NotNegative("on_hold", level.on_hold()));
  RETURN_IF_ERROR(check::NotNegative("reserved", level.reserved()));
  return check::Time("as_of", level.as_of());
}

absl::Status Check(const v1::Supply& supply) {
  RETURN_IF_ERROR(check::KeyText("purchase_order", supply.purchase_order()));
  RETURN_IF_ERROR(check::KeyText("line", supply.line()));
  RETURN_IF_ERROR(check::Reference("product_id", supply.product_id()));
  RETURN_IF_ERROR(check::Reference("warehouse_id", supply.warehouse_id()));
  if (!supply.has_quantity()) return Invalid("quantity", "is missing");
  RETURN_IF_ERROR(check::NotNegative("quantity", supply.quantity()));
  if (supply.has_expected_on()) RETURN_IF_ERROR(check::Day("expected_on", supply.expected_on()));
  if (!supply.has_status()) return absl::OkStatus();
  return check::Known("status", supply.status(), v1::SupplyStatus_IsValid);
}

absl::Status Check(const v1::Price& price) {
  RETURN_IF_ERROR(check::Reference("product_id", price.product_id()));
  RETURN_IF_ERROR(check::KeyText("price_type", price.price_type()));
  if (!price.has_price()) return Invalid("price", "is missing");
  RETURN_IF_ERROR(check::Amount("price", price.price()));
  RETURN_IF_ERROR(check::NotNegative("price.amount", price.price().amount()));
  if (price.has_minimum_quantity()) {
    RETURN_IF_ERROR(check::NotNegative("minimum_quantity", price.minimum_quantity()));
  }
  return check::Validity(price);
}

}  // namespace entrepot::domain
