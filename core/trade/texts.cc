#include "core/trade/texts.h"

#include <fmt/core.h>

#include "core/domain/date.h"
#include "core/domain/units.h"

namespace entrepot::trade::texts {
namespace {

std::string_view Symbol(std::string_view unit) {
  const domain::Unit* known = domain::FindUnit(unit);
  return known == nullptr ? unit : known->symbol;
}

std::string Name(const SupplyInfo& supply) {
  return fmt::format("purchase order {} line {}", supply.purchase_order, supply.line);
}

std::string Transfer(const WarehouseInfo& warehouse) {
  if (warehouse.transfer_days.value_or(0) == 0) return "";
  return fmt::format(", {} {} of transfer from there", *warehouse.transfer_days,
                     *warehouse.transfer_days == 1 ? "day" : "days");
}

std::string Value(const AttributeInfo& attribute) {
  return attribute.number ? Quantity(*attribute.number, attribute.unit.text())
                          : attribute.text.text();
}

}  // namespace

std::string Quantity(domain::Decimal quantity, std::string_view unit) {
  if (unit.empty()) return quantity.ToString();
  return fmt::format("{} {}", quantity.ToString(), Symbol(unit));
}

std::string FromSupply(const SupplyInfo& supply, const WarehouseInfo& warehouse) {
  return fmt::format("{} to warehouse {}{}", Name(supply), warehouse.title(), Transfer(warehouse));
}

std::string FromShelf(const WarehouseInfo& warehouse) {
  return fmt::format("in stock at warehouse {}{}", warehouse.title(), Transfer(warehouse));
}

std::string FromLeadTime(int days) {
  return fmt::format("no dated supply covers it; the supplier needs {} {}", days,
                     days == 1 ? "day" : "days");
}

std::string NothingKnown() {
  return "no dated supply covers it, and the supplier's lead time is not known";
}

std::string LateSupply(const SupplyInfo& supply) {
  return fmt::format("{} was due on {} and is late", Name(supply),
                     domain::DayText(supply.expected_on.get()));
}

std::string HeldSupply(const SupplyInfo& supply) {
  return fmt::format("{} is on hold", Name(supply));
}

std::string UndatedSupply(const SupplyInfo& supply) {
  return fmt::format("{} has no date", Name(supply));
}

std::string FarSupply(const SupplyInfo& supply, const WarehouseInfo& warehouse) {
  return fmt::format(
      "{} comes to warehouse {} on {}, from where the days of transfer are not known", Name(supply),
      warehouse.title(), domain::DayText(supply.expected_on.get()));
}

std::string FarStock(domain::Decimal available, const WarehouseInfo& warehouse) {
  return fmt::format("{} in stock at warehouse {}, from where the days of transfer are not known",
                     available.ToString(), warehouse.title());
}

std::string Promised(std::string_view person, std::string_view remark) {
  if (remark.empty()) return fmt::format("promised by {}", person);
  return fmt::format("promised by {}: {}", person, remark);
}

std::string Arrived(std::string_view person) {
  return fmt::format("has arrived, as {} marked", person);
}

std::string ServedFromStock() { return "the order line was served from stock"; }

std::string OrderCancelled(std::string_view reason) {
  if (reason.empty()) return "the order was cancelled";
  return fmt::format("the order was cancelled: {}", reason);
}

std::string Declared(v1::ProductRelationType type) {
  switch (type) {
    case v1::PRODUCT_RELATION_TYPE_EQUIVALENT:
      return "declared equivalent: the same in form, fit and function";
    case v1::PRODUCT_RELATION_TYPE_REPLACEMENT: return "declared successor";
    case v1::PRODUCT_RELATION_TYPE_UPGRADE: return "declared upgrade: does more";
    case v1::PRODUCT_RELATION_TYPE_VARIANT: return "declared variant of the same thing";
    default: return "declared substitute";
  }
}

std::string Condition(std::string_view condition) {
  return fmt::format("condition: {}", condition);
}

std::string SameFamily(std::string_view family) { return fmt::format("same family: {}", family); }

std::string SameAttribute(const AttributeInfo& attribute) {
  return fmt::format("{} {} as asked", attribute.name.text(), Value(attribute));
}

std::string SameManufacturer(std::string_view manufacturer) {
  return fmt::format("same manufacturer: {}", manufacturer);
}

std::string OtherAttribute(const AttributeInfo* wanted, const AttributeInfo* offered) {
  if (offered == nullptr) {
    return fmt::format("{} is not stated, {} was asked", wanted->name.text(), Value(*wanted));
  }
  if (wanted == nullptr) {
    return fmt::format("{} {}, which the product does not state", offered->name.text(),
                       Value(*offered));
  }
  return fmt::format("{} {} instead of {}", wanted->name.text(), Value(*offered), Value(*wanted));
}

std::string OtherManufacturer(std::string_view wanted, std::string_view offered) {
  return fmt::format("made by {} instead of {}", offered.empty() ? "another" : offered,
                     wanted.empty() ? "another" : wanted);
}

std::string OtherFactor(int64_t numerator, int64_t denominator, std::string_view unit,
                        std::string_view wanted_unit) {
  return fmt::format("{} {} of it for {} {} of the product", numerator, Symbol(unit), denominator,
                     Symbol(wanted_unit));
}

}  // namespace entrepot::trade::texts
