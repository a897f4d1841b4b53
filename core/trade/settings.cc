#include "core/trade/settings.h"

#include <algorithm>

#include "core/base/reason.h"
#include "fmt/core.h"

namespace entrepot::trade {
namespace {

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

StockRule ToRule(const config::v1::Connection& connection) {
  StockRule rule;
  if (connection.stock_includes() != config::v1::STOCK_INCLUDES_UNSPECIFIED) {
    rule.includes = connection.stock_includes();
  }
  rule.lag = ToDuration(connection.stock_lag());
  return rule;
}

template <typename List>
bool EmptyOrHas(const List& list, std::string_view value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

absl::StatusOr<Settings> Settings::From(const config::v1::Config& config) {
  Settings settings;
  if (!absl::LoadTimeZone(config.hub().time_zone(), &settings.time_zone)) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_TIME_ZONE",
                   fmt::format("hub.time_zone: \"{}\" is no time zone that this machine knows; "
                               "write an IANA name such as Europe/Moscow",
                               config.hub().time_zone()));
  }
  settings.currency = config.hub().currency();
  for (const auto& [name, connection] : config.connections()) {
    settings.stock_rules.emplace(name, ToRule(connection));
  }
  settings.logistics = config.logistics();
  settings.sales = config.sales();
  return settings;
}

StockRule Settings::RuleOf(std::string_view origin) const {
  auto found = stock_rules.find(origin.substr(0, origin.find('/')));
  return found == stock_rules.end() ? StockRule() : found->second;
}

std::string Settings::ResponsibleFor(std::string_view warehouse,
                                     std::string_view product_group) const {
  for (const config::v1::ResponsibleRule& rule : logistics.responsible()) {
    if (EmptyOrHas(rule.warehouses(), warehouse) &&
        EmptyOrHas(rule.product_groups(), product_group)) {
      return rule.manager();
    }
  }
  return logistics.default_manager();
}

}  // namespace entrepot::trade
