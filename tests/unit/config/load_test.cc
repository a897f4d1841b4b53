#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/config/config_fixture.h"

namespace entrepot::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kSound = kHub;

TEST(Load, AppliesDefaultsAndMakesPathsAbsolute) {
  const Loaded loaded = LoadText(kSound, "/etc/entrepot/hub.yaml");
  EXPECT_THAT(Lines(loaded), IsEmpty());
  EXPECT_EQ(loaded.folder, "/etc/entrepot");
  EXPECT_EQ(loaded.config.hub().data_folder(), "/etc/entrepot/data");
  EXPECT_EQ(loaded.config.hub().listen(), "127.0.0.1:7420");
  EXPECT_EQ(loaded.config.hub().log_level(), "info");
  EXPECT_EQ(loaded.config.limits().intake_rows_max(), 20000);
  EXPECT_EQ(loaded.config.limits().intake_time_max().nanos(), 50'000'000);
  EXPECT_EQ(loaded.config.limits().bulk_history_kept().seconds(), 720 * 3600);
  EXPECT_TRUE(loaded.config.connections().empty());
}

TEST(Load, ReadsScalarsListsAndMaps) {
  const Loaded loaded = LoadText(kSound + R"(
  plugin_folders: plugins
connections:
  shop:
    connector: csv
    interval: 5m
    stock_includes: Orders
    options:
      delimiter: ";"
      password: {env: PASSWORD}
    datasets:
      stock:
        kind: stock_level
        mapping:
          key: [sku, place]
          fields:
            product_id: sku
            on_hand: {from: amount, required: yes}
)",
                                 "/etc/hub.yaml");
  EXPECT_THAT(Lines(loaded), IsEmpty());
  EXPECT_THAT(loaded.config.hub().plugin_folders(), ElementsAre("/etc/plugins"));
  const v1::Connection& shop = loaded.config.connections().at("shop");
  EXPECT_EQ(shop.interval().seconds(), 300);
  EXPECT_EQ(shop.stock_includes(), v1::STOCK_INCLUDES_ORDERS);
  EXPECT_EQ(shop.options().at("delimiter").value(), ";");
  EXPECT_EQ(shop.options().at("password").env(), "PASSWORD");
  const v1::Mapping& mapping = shop.datasets().at("stock").mapping();
  EXPECT_THAT(mapping.key(), ElementsAre("sku", "place"));
  EXPECT_EQ(mapping.fields().at("product_id").from(), "sku");
  EXPECT_TRUE(mapping.fields().at("on_hand").required());
}

std::string Mapped(const std::string& fields) {
  return kSound + R"(
connections:
  shop:
    connector: csv
    datasets:
      data:
        kind: product
        mapping:
          key: sku
          fields:
)" + fields;
}

const v1::FieldMapping& FieldOf(const Loaded& loaded, const std::string& name) {
  return loaded.config.connections().at("shop").datasets().at("data").mapping().fields().at(name);
}

TEST(Load, ReadsNestedMappingsInTheirShortAndLongForms) {
  const Loaded loaded = LoadText(Mapped(R"(
            one: {amount: Price, currency: Cur}
            two:
              - {name: {constant: a}, text: A}
              - {name: B}
            three: {items: {percent: Vat}, required: true}
            four:
              items:
                - fields: {percent: Vat}
)"),
                                 "hub.yaml");
  EXPECT_THAT(Lines(loaded), IsEmpty());
  EXPECT_EQ(FieldOf(loaded, "one").items(0).fields().at("currency").from(), "Cur");
  ASSERT_EQ(FieldOf(loaded, "two").items_size(), 2);
  EXPECT_EQ(FieldOf(loaded, "two").items(0).fields().at("name").constant(), "a");
  EXPECT_EQ(FieldOf(loaded, "three").items(0).fields().at("percent").from(), "Vat");
  EXPECT_TRUE(FieldOf(loaded, "three").required());
  EXPECT_EQ(FieldOf(loaded, "four").items(0).fields().at("percent").from(), "Vat");
}

TEST(Load, LetsDatasetsInheritTheFormatsOfTheirConnection) {
  const Loaded loaded = LoadText(kSound + R"(
connections:
  shop:
    connector: csv
    formats: {decimal_separator: ",", date: "%d.%m.%Y"}
    datasets:
      data:
        kind: product
        mapping:
          key: sku
          formats: {date: "%F"}
          fields: {sku: sku}
)",
                                 "hub.yaml");
  EXPECT_THAT(Lines(loaded), IsEmpty());
  const v1::Formats& formats =
      loaded.config.connections().at("shop").datasets().at("data").mapping().formats();
  EXPECT_EQ(formats.decimal_separator(), ",");
  EXPECT_EQ(formats.date(), "%F");
}

TEST(Load, NamesUnknownKeysWithTheNearestKnownOne) {
  EXPECT_THAT(
      LoadLines("hub:\n  data_folder: d\n  timezone: Europe/Moscow\n  time_zone: UTC\n"
                "  currency: RUB\n"),
      ElementsAre(HasSubstr("3:3: hub.timezone: there is no key \"timezone\" here; did you mean "
                            "\"time_zone\"?; known are data_folder, listen")));
  EXPECT_THAT(LoadLines(kSound + "conections: {}\n"),
              ElementsAre(HasSubstr("5:1: conections: there is no key \"conections\" at the top; "
                                    "did you mean \"connections\"?")));
}

TEST(Load, FindsEveryMistakeAtOnce) {
  EXPECT_THAT(LoadLines("hub:\n"
                        "  data_folder: data\n"
                        "  time_zone: [UTC]\n"
                        "  log_level: loud\n"
                        "limits:\n"
                        "  intake_rows_max: many\n"
                        "  batch_rows_max: 0\n"
                        "  intake_time_max: 50\n"
                        "  parked_max:\n"),
              ElementsAre("1:1: hub.currency: the key \"currency\" is missing",
                          "3:14: hub.time_zone: expected a text, found a list",
                          "4:14: hub.log_level: «loud» is not one of trace, debug, info, warn, "
                          "error",
                          "6:20: limits.intake_rows_max: «many» is not a whole number from 1 to "
                          "1000000",
                          "7:19: limits.batch_rows_max: «0» is not a whole number from 1 to 100000",
                          "8:20: limits.intake_time_max: «50» is not a duration from 1ms to 10s, "
                          "like 500ms, 30s, 5m, 2h or 7d",
                          "9:3: limits.parked_max: the key has no value; give one or drop the "
                          "key"));
}

TEST(Load, NamesKeysThatAreThereTwice) {
  EXPECT_THAT(LoadLines(kSound + "  currency: EUR\n"),
              ElementsAre("5:3: hub.currency: the key is there twice; first in line 4"));
}

TEST(Load, KnowsEnumerations) {
  EXPECT_THAT(LoadLines(kSound + "connections: {a: {connector: csv, stock_includes: order}}\n"),
              ElementsAre(HasSubstr("connections.a.stock_includes: «order» is not one of nothing, "
                                    "shipments, orders; did you mean \"orders\"?")));
}

TEST(Load, WantsPlainNamesForConnections) {
  EXPECT_THAT(LoadLines(kSound + "connections: {\"My Shop\": {connector: csv}}\n"),
              ElementsAre(HasSubstr("a name has lower case letters, digits")));
}

TEST(Load, CountsColumnsInCharacters) {
  EXPECT_THAT(LoadLines(Mapped("            sku: {values: {да: [1], нет: [2]}, from: a}\n")),
              ElementsAre(HasSubstr("15:32: connections.shop.datasets.data.mapping.fields.sku."
                                    "values.да: expected a text, found a list"),
                          HasSubstr("15:42: ")));
}

TEST(Load, SaysWhereTheYamlBreaks) {
  const auto lines = LoadLines("hub:\n  data_folder: [a\n  b: c\n");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("this is not YAML: "));
  EXPECT_THAT(lines[0], ::testing::StartsWith("3:"));
  EXPECT_THAT(LoadLines("\xCF\xF0"), ElementsAre(HasSubstr("the file is not UTF-8")));
  EXPECT_THAT(LoadLines(kSound + "---\nhub: {}\n"),
              ElementsAre(HasSubstr("5:1: : what follows is not "
                                    "read: a second document")));
  EXPECT_THAT(LoadLines(kSound + "]\nlimits: {parked_max: 5}\n"),
              ElementsAre(HasSubstr("5:1: : ")));
  EXPECT_THAT(LoadLines(",\n" + kSound), ::testing::Not(IsEmpty()));
  EXPECT_THAT(LoadLines(""), ElementsAre(HasSubstr("hub: the key \"hub\" is missing")));
  EXPECT_THAT(LoadLines("just a text"),
              ElementsAre(HasSubstr("expected keys and values, found a text")));
}

TEST(Load, RefusesTagsItDoesNotKnow) {
  EXPECT_THAT(LoadLines(kSound + "  listen: !secret address\n"),
              ElementsAre(HasSubstr("hub.listen: the tag !secret is not known")));
}

TEST(Load, SurvivesAliasesThatMultiplyOrHoldThemselves) {
  std::string text = kSound + "connections: &a\n  x: *a\n";
  EXPECT_THAT(LoadLines(text), ::testing::Not(IsEmpty()));
  text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + ", " + below + "]\n";
  }
  EXPECT_THAT(LoadLines(text), ::testing::Not(IsEmpty()));
}

TEST(Load, ReadsAFileAndNamesOneThatIsNotThere) {
  char folder[] = "/tmp/entrepot-config-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/hub.yaml";
  EXPECT_EQ(Load(path).status().code(), absl::StatusCode::kNotFound);
  std::ofstream(path) << "\xEF\xBB\xBF" << kSound;
  const absl::StatusOr<Loaded> loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(Lines(*loaded), IsEmpty());
  EXPECT_EQ(loaded->config.hub().data_folder(), std::string(folder) + "/data");
  EXPECT_EQ(Load(folder).status().code(), absl::StatusCode::kInvalidArgument);
  std::filesystem::remove_all(folder);
}

TEST(Problems, AreShownWithFileLineAndColumn) {
  const Problem problem{"hub.yaml", 12, 7, "hub.listen", "is wrong"};
  EXPECT_EQ(ToString(problem), "hub.yaml:12:7: hub.listen: is wrong");
  EXPECT_EQ(ToString({"hub.yaml", 0, 0, "", "is wrong"}), "hub.yaml: is wrong");
  EXPECT_TRUE(StatusOf({}).ok());
  const absl::Status status = StatusOf(std::vector<Problem>{problem, problem});
  EXPECT_EQ(ReasonOf(status), "INVALID_CONFIGURATION");
  EXPECT_THAT(std::string(status.message()), HasSubstr("wrong\nhub.yaml:12:7"));
}

}  // namespace
}  // namespace entrepot::config
