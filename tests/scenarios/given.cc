// The lines that say how things are: products, warehouses, stock, supplies, clients, prices.
#include <fmt/core.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/trade/records.h"
#include "tests/scenarios/story.h"

namespace entrepot::scenarios {
namespace {

using v1::Record;

absl::StatusOr<v1::Decimal> ToDecimal(const std::string& text) {
  ASSIGN_OR_RETURN(const domain::Decimal decimal, domain::Decimal::Parse(text));
  return decimal.ToProto();
}

absl::StatusOr<v1::Date> ToDate(const std::string& text) {
  ASSIGN_OR_RETURN(const absl::CivilDay day, domain::ParseDay(text));
  return domain::ToDate(day);
}

template <typename Body>
absl::Status SetValidity(const Command& command, Body* body) {
  if (command.Has("from")) {
    ASSIGN_OR_RETURN(*body->mutable_valid_from(), ToDate(command.Option("from")));
  }
  if (command.Has("until")) {
    ASSIGN_OR_RETURN(*body->mutable_valid_until(), ToDate(command.Option("until")));
  }
  return absl::OkStatus();
}

// ".thread=M8" is a text, ".length=40:MMT" a number with its unit.
void AddAttributes(const Command& command, v1::Product* product) {
  for (const auto& [name, value] : command.options) {
    if (name.front() != '.') continue;
    v1::Attribute* attribute = product->add_attributes();
    attribute->set_name(name.substr(1));
    const size_t colon = value.find(':');
    const auto number = domain::Decimal::Parse(value.substr(0, colon));
    if (number.ok()) {
      number->ToProto(attribute->mutable_number());
      if (colon != std::string::npos) attribute->set_unit(value.substr(colon + 1));
    } else {
      attribute->set_text(value);
    }
  }
}

absl::Status Usage(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("write it so: {}", text));
}

}  // namespace

Story::Answer Story::Product(const Command& command) {
  if (command.words.size() != 1) return Usage("product SKU [name= family= group= unit= …]");
  v1::Product product;
  product.set_sku(command.words[0]);
  product.set_name(command.Option("name", command.words[0]));
  if (command.Has("family")) product.set_family(command.Option("family"));
  if (command.Has("group")) product.set_group(command.Option("group"));
  if (command.Has("manufacturer")) product.set_manufacturer(command.Option("manufacturer"));
  product.set_unit(command.Option("unit", "H87"));
  ASSIGN_OR_RETURN(*product.add_vat_rates()->mutable_percent(),
                   ToDecimal(command.Option("vat", "20")));
  if (command.Has("vat_later")) {
    const std::string later = command.Option("vat_later");
    const size_t at = later.find('@');
    if (at == std::string::npos) return Usage("vat_later=22@2026-04-01");
    v1::VatRate* rate = product.add_vat_rates();
    ASSIGN_OR_RETURN(*rate->mutable_percent(), ToDecimal(later.substr(0, at)));
    ASSIGN_OR_RETURN(*rate->mutable_valid_from(), ToDate(later.substr(at + 1)));
  }
  int lead_time = 0;
  if (absl::SimpleAtoi(command.Option("lead_time"), &lead_time)) {
    product.set_lead_time_days(lead_time);
  }
  AddAttributes(command, &product);
  RETURN_IF_ERROR(Put(Record::kProduct, product.sku(), product, command));
  return "";
}

Story::Answer Story::Warehouse(const Command& command) {
  if (command.words.size() != 1) return Usage("warehouse CODE [transfer=DAYS]");
  v1::Warehouse warehouse;
  warehouse.set_code(command.words[0]);
  warehouse.set_name(command.Option("name", command.words[0]));
  int days = 0;
  if (absl::SimpleAtoi(command.Option("transfer"), &days)) warehouse.set_transfer_days(days);
  RETURN_IF_ERROR(Put(Record::kWarehouse, warehouse.code(), warehouse, command));
  return "";
}

Story::Answer Story::Client(const Command& command) {
  if (command.words.size() != 1) return Usage("client CODE [name= price_type=]");
  v1::Client client;
  client.set_code(command.words[0]);
  client.set_name(command.Option("name", command.words[0]));
  if (command.Has("price_type")) client.set_price_type(command.Option("price_type"));
  RETURN_IF_ERROR(Put(Record::kClient, client.code(), client, command));
  return "";
}

Story::Answer Story::Contract(const Command& command) {
  if (command.words.size() != 2) return Usage("contract NUMBER CLIENT [price_type= days= …]");
  v1::Contract contract;
  contract.set_number(command.words[0]);
  contract.set_client_id(IdOf(Record::kClient, command.words[1]));
  RETURN_IF_ERROR(SetValidity(command, &contract));
  int days = 0;
  if (absl::SimpleAtoi(command.Option("days"), &days)) contract.set_payment_days(days);
  if (command.Has("price_type")) contract.set_price_type(command.Option("price_type"));
  if (command.Has("no_substitutes")) contract.set_substitution_allowed(false);
  RETURN_IF_ERROR(Put(Record::kContract, contract.number(), contract, command));
  return "";
}

Story::Answer Story::Price(const Command& command) {
  if (command.words.size() != 3) return Usage("price SKU TYPE AMOUNT [+vat_included min= from=]");
  v1::Price price;
  price.set_product_id(IdOf(Record::kProduct, command.words[0]));
  price.set_price_type(command.words[1]);
  ASSIGN_OR_RETURN(*price.mutable_price()->mutable_amount(), ToDecimal(command.words[2]));
  price.mutable_price()->set_currency(command.Option("currency", "RUB"));
  price.set_vat_included(command.Has("vat_included"));
  if (command.Has("min")) {
    ASSIGN_OR_RETURN(*price.mutable_minimum_quantity(), ToDecimal(command.Option("min")));
  }
  RETURN_IF_ERROR(SetValidity(command, &price));
  const std::string key = fmt::format("{}/{}/{}/{}", command.words[0], command.words[1],
                                      command.Option("min"), command.Option("from"));
  RETURN_IF_ERROR(Put(Record::kPrice, key, price, command));
  return "";
}

Story::Answer Story::Relation(const Command& command) {
  if (command.words.size() != 3) return Usage("relation SKU SKU TYPE [factor=2/1 +two_way …]");
  v1::ProductRelation relation;
  relation.set_product_id(IdOf(Record::kProduct, command.words[0]));
  relation.set_related_product_id(IdOf(Record::kProduct, command.words[1]));
  v1::ProductRelationType type;
  if (!v1::ProductRelationType_Parse(
          "PRODUCT_RELATION_TYPE_" + absl::AsciiStrToUpper(command.words[2]), &type)) {
    return absl::InvalidArgumentError(fmt::format("{} is no type", command.words[2]));
  }
  relation.set_type(type);
  relation.set_two_way(command.Has("two_way"));
  if (command.Has("factor")) {
    const std::string factor = command.Option("factor");
    int64_t numerator = 1, denominator = 1;
    const size_t slash = factor.find('/');
    if (!absl::SimpleAtoi(factor.substr(0, slash), &numerator) ||
        !absl::SimpleAtoi(factor.substr(slash + 1), &denominator)) {
      return Usage("factor=2/1");
    }
    relation.mutable_factor()->set_numerator(numerator);
    relation.mutable_factor()->set_denominator(denominator);
  }
  RETURN_IF_ERROR(SetValidity(command, &relation));
  int priority = 0;
  if (absl::SimpleAtoi(command.Option("priority"), &priority)) relation.set_priority(priority);
  if (command.Has("condition")) relation.set_condition(command.Option("condition"));
  const std::string key =
      fmt::format("{}/{}/{}", command.words[0], command.words[1], command.words[2]);
  RETURN_IF_ERROR(Put(Record::kProductRelation, key, relation, command));
  return "";
}

// "as_of=-2h" is two hours ago; "as_of=none" is unknown.
Story::Answer Story::Stock(const Command& command) {
  if (command.words.size() != 3)
    return Usage("stock SKU WAREHOUSE ON_HAND [hold= reserved= as_of=]");
  v1::StockLevel level;
  level.set_product_id(IdOf(Record::kProduct, command.words[0]));
  level.set_warehouse_id(IdOf(Record::kWarehouse, command.words[1]));
  ASSIGN_OR_RETURN(*level.mutable_on_hand(), ToDecimal(command.words[2]));
  ASSIGN_OR_RETURN(*level.mutable_on_hold(), ToDecimal(command.Option("hold", "0")));
  ASSIGN_OR_RETURN(*level.mutable_reserved(), ToDecimal(command.Option("reserved", "0")));
  absl::Duration ago;
  const std::string as_of = command.Option("as_of", "0s");
  if (as_of != "none") {
    if (!absl::ParseDuration(as_of, &ago)) return Usage("as_of=-2h");
    trade::SetTimestamp(clock_.Now() + ago, level.mutable_as_of());
  }
  RETURN_IF_ERROR(
      Put(Record::kStockLevel, command.words[0] + "/" + command.words[1], level, command));
  return "";
}

Story::Answer Story::Supply(const Command& command) {
  if (command.words.size() != 4) return Usage("supply ORDER/LINE SKU WAREHOUSE QUANTITY [on=DATE]");
  v1::Supply supply;
  const size_t slash = command.words[0].find('/');
  supply.set_purchase_order(command.words[0].substr(0, slash));
  supply.set_line(command.words[0].substr(slash + 1));
  supply.set_product_id(IdOf(Record::kProduct, command.words[1]));
  supply.set_warehouse_id(IdOf(Record::kWarehouse, command.words[2]));
  ASSIGN_OR_RETURN(*supply.mutable_quantity(), ToDecimal(command.words[3]));
  if (command.Has("on")) {
    ASSIGN_OR_RETURN(*supply.mutable_expected_on(), ToDate(command.Option("on")));
  }
  if (command.Has("on_hold")) supply.set_status(v1::SUPPLY_STATUS_ON_HOLD);
  if (command.Has("received")) supply.set_status(v1::SUPPLY_STATUS_RECEIVED);
  RETURN_IF_ERROR(Put(Record::kSupply, command.words[0], supply, command));
  return "";
}

}  // namespace entrepot::scenarios
