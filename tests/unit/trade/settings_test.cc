#include "core/trade/settings.h"

#include <gtest/gtest.h>

#include "core/base/reason.h"

namespace entrepot::trade {
namespace {

config::v1::Config Config() {
  config::v1::Config config;
  config.mutable_hub()->set_time_zone("Asia/Vladivostok");
  config.mutable_logistics()->set_default_manager("pavel");
  auto* rule = config.mutable_logistics()->add_responsible();
  rule->set_manager("olga");
  rule->add_product_groups("electric");
  rule = config.mutable_logistics()->add_responsible();
  rule->set_manager("ivan");
  rule->add_product_groups("electric");
  rule->add_product_groups("fasteners");
  rule->add_warehouses("MAIN");
  auto& connection = (*config.mutable_connections())["warehouse"];
  connection.set_stock_includes(config::v1::STOCK_INCLUDES_NOTHING);
  connection.mutable_stock_lag()->set_seconds(90);
  return config;
}

TEST(Settings, TakesTheFirstRuleThatFits) {
  const Settings settings = Settings::From(Config()).value();
  EXPECT_EQ(settings.ResponsibleFor("MAIN", "electric"), "olga");
  EXPECT_EQ(settings.ResponsibleFor("MAIN", "fasteners"), "ivan");
  EXPECT_EQ(settings.ResponsibleFor("NORTH", "fasteners"), "pavel");
  EXPECT_EQ(settings.ResponsibleFor("", "fasteners"), "pavel");
  EXPECT_EQ(settings.ResponsibleFor("MAIN", ""), "pavel");
}

TEST(Settings, KnowsWhatTheFiguresOfAConnectionContain) {
  const Settings settings = Settings::From(Config()).value();
  EXPECT_EQ(settings.RuleOf("warehouse/stock").includes, config::v1::STOCK_INCLUDES_NOTHING);
  EXPECT_EQ(settings.RuleOf("warehouse/stock").lag, absl::Seconds(90));
  EXPECT_EQ(settings.RuleOf("api:anna").includes, config::v1::STOCK_INCLUDES_SHIPMENTS);
}

TEST(Settings, CountsDaysWhereTheCompanyIs) {
  const Settings settings = Settings::From(Config()).value();
  const absl::Time evening_in_utc =
      absl::FromCivil(absl::CivilHour(2026, 3, 2, 20), absl::UTCTimeZone());
  EXPECT_EQ(settings.DayOf(evening_in_utc), absl::CivilDay(2026, 3, 3));
}

TEST(Settings, RefusesATimeZoneThatIsUnknown) {
  config::v1::Config config = Config();
  config.mutable_hub()->set_time_zone("Europe/Nowhere");
  EXPECT_EQ(ReasonOf(Settings::From(config).status()), "BAD_TIME_ZONE");
}

}  // namespace
}  // namespace entrepot::trade
