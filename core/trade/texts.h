// Every sentence that trade says to people about business facts, in one place: why a date is what
// it is, why an analogue fits, how it differs. English; keys for translation come with the console.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"
#include "core/trade/catalogue.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/product_relation.pb.h"

namespace entrepot::trade::texts {

// "12 pieces", "1.5 m"; a code that is not known stays as it is.
std::string Quantity(domain::Decimal quantity, std::string_view unit);

// Why something is expected on a day.
std::string FromSupply(const SupplyInfo& supply, const WarehouseInfo& warehouse);
std::string FromShelf(const WarehouseInfo& warehouse);
std::string FromLeadTime(int days);
std::string NothingKnown();
// What is known beside it, but cannot be promised from.
std::string LateSupply(const SupplyInfo& supply);
std::string HeldSupply(const SupplyInfo& supply);
std::string UndatedSupply(const SupplyInfo& supply);
std::string FarSupply(const SupplyInfo& supply, const WarehouseInfo& warehouse);
std::string FarStock(domain::Decimal available, const WarehouseInfo& warehouse);
// A manager's answers. `remark` may be empty.
std::string Promised(std::string_view person, std::string_view remark);
std::string Arrived(std::string_view person);

// Of a stock request that its line needs no more.
std::string ServedFromStock();
std::string OrderCancelled(std::string_view reason);

// Why an analogue fits.
std::string Declared(v1::ProductRelationType type);
std::string Condition(std::string_view condition);
std::string SameFamily(std::string_view family);
std::string SameAttribute(const AttributeInfo& attribute);
std::string SameManufacturer(std::string_view manufacturer);
// How it differs: "length 45 mm instead of 40 mm"; one of them may be absent.
std::string OtherAttribute(const AttributeInfo* wanted, const AttributeInfo* offered);
std::string OtherManufacturer(std::string_view wanted, std::string_view offered);
std::string OtherFactor(int64_t numerator, int64_t denominator, std::string_view unit,
                        std::string_view wanted_unit);

}  // namespace entrepot::trade::texts
