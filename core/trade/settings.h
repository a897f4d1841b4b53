// What the configuration says that business operations go by: the company's day and currency, what
// each warehouse's figures contain, who in logistics is asked, and the terms of sale. Immutable
// once made; read from any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::trade {

// What the stock figures of one connection know of the hub's orders, and how late.
struct StockRule {
  config::v1::StockIncludes includes = config::v1::STOCK_INCLUDES_SHIPMENTS;
  absl::Duration lag = absl::ZeroDuration();
};

struct Settings {
  // INVALID_ARGUMENT (BAD_TIME_ZONE) when the time zone is unknown on this machine.
  static absl::StatusOr<Settings> From(const config::v1::Config& config);

  absl::CivilDay Today(const Clock& clock) const { return DayOf(clock.Now()); }
  absl::CivilDay DayOf(absl::Time time) const { return absl::ToCivilDay(time, time_zone); }
  // The rule of a stock level by its origin, "warehouse/stock". Origins that are no connection of
  // the configuration have the default rule.
  StockRule RuleOf(std::string_view origin) const;
  // Login of the manager who answers for a product group at a warehouse; `warehouse` is a code,
  // empty where no warehouse is meant: then only rules for every warehouse fit.
  std::string ResponsibleFor(std::string_view warehouse, std::string_view product_group) const;

  absl::TimeZone time_zone;
  std::string currency;
  std::map<std::string, StockRule, std::less<>> stock_rules;  // by connection
  config::v1::Logistics logistics;
  config::v1::Sales sales;
};

}  // namespace entrepot::trade
