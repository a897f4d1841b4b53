#include "tests/unit/config/config_fixture.h"

namespace entrepot::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A csv connection with the given options, kind and mapping, each in flow style.
struct Parts {
  std::string connector = "csv";
  std::string options = "{folder: in}";
  std::string kind = "warehouse";
  std::string dataset_options = "{files: '*.csv'}";
  std::string mapping = "{key: c, fields: {code: c}}";
  std::string more = "";
};
std::string Yaml(const Parts& parts) {
  std::string text = std::string(kHub) +
                     "connections:\n  shop:\n    connector: " + parts.connector +
                     "\n    options: " + parts.options +
                     "\n    datasets:\n      data:\n        kind: " + parts.kind +
                     "\n        options: " + parts.dataset_options + "\n";
  if (!parts.mapping.empty()) text += "        mapping: " + parts.mapping + "\n";
  return text + parts.more;
}
std::vector<std::string> Check(const Parts& parts) { return ValidateLines(Yaml(parts)); }

TEST(Validate, AcceptsASoundConfiguration) { EXPECT_THAT(Check({}), IsEmpty()); }

TEST(Validate, NamesConnectorsThatAreNotThere) {
  EXPECT_THAT(Check({.connector = "cvs"}),
              ElementsAre("7:16: connections.shop.connector: there is no connector \"cvs\"; known "
                          "are csv, ledger, sql"));
}

TEST(Validate, ChecksTheConnectorsOptions) {
  EXPECT_THAT(Check({.options = "{foldr: in}"}),
              ElementsAre(HasSubstr("8:5: connections.shop.options.folder: connector csv needs the "
                                    "option \"folder\": What folder is."),
                          HasSubstr("8:15: connections.shop.options.foldr: connector csv has no "
                                    "option \"foldr\" here; did you mean \"folder\"?; known are "
                                    "folder, encoding")));
  EXPECT_THAT(Check({.options = "{folder: in, settle: soon, keep: few}"}),
              ElementsAre(HasSubstr("options.settle: «soon» is not a duration like 500ms"),
                          HasSubstr("options.keep: «few» is not a whole number")));
  EXPECT_THAT(Check({.dataset_options = "{files: a, content: ful, header: maybe}"}),
              ElementsAre(HasSubstr("datasets.data.options.content: «ful» is not one of changes, "
                                    "full; did you mean \"full\"?"),
                          HasSubstr("options.header: «maybe» is not true or false")));
}

TEST(Validate, WantsSecretsByReferenceAndShowsNone) {
  const auto lines = Check({.options = "{folder: in, password: hunter2}"});
  EXPECT_THAT(lines, ElementsAre(HasSubstr("options.password: a secret does not stand in the "
                                           "configuration; name where it is")));
  EXPECT_THAT(lines[0], ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Check({.options = "{folder: in, password: {env: PASSWORD}}"}), IsEmpty());
  EXPECT_THAT(Check({.options = "{folder: in, password: {env: A, file: b}}"}),
              ElementsAre(HasSubstr("a value is given once")));
}

TEST(Validate, KnowsTheKinds) {
  EXPECT_THAT(Check({.kind = "warehous"}),
              ElementsAre(HasSubstr("there is no kind of record \"warehous\"; did you mean "
                                    "\"warehouse\"?; known are")));
  EXPECT_THAT(Check({.kind = "invoice"}),
              ElementsAre(HasSubstr("the hub itself makes records of kind invoice")));
}

TEST(Validate, WantsMappingsOfSourcesAndRefusesThoseOfSinks) {
  EXPECT_THAT(Check({.mapping = ""}),
              ElementsAre(HasSubstr("10:7: connections.shop.datasets.data.mapping: say how rows of "
                                    "connector csv become records")));
  EXPECT_THAT(Check({.connector = "archive", .options = "{}", .dataset_options = "{}"}),
              ElementsAre(HasSubstr("connector archive only takes records")));
  EXPECT_THAT(Check({.connector = "ledger",
                     .options = "{file: j}",
                     .kind = "invoice",
                     .dataset_options = "{}",
                     .mapping = ""}),
              IsEmpty());
}

TEST(Validate, ShowsMistakesOfMappingsAtTheirPlace) {
  EXPECT_THAT(
      Check({.mapping = "{key: c, fields: {code: c, nam: n, address: {from: a, match: '('}}}"}),
      ElementsAre(HasSubstr("13:45: connections.shop.datasets.data.mapping.fields.nam: warehouse "
                            "has no field \"nam\"; did you mean \"name\"?"),
                  HasSubstr("13:79: connections.shop.datasets.data.mapping.fields.address.match: "
                            "\"(\" is not a regular expression")));
  EXPECT_THAT(Check({.mapping = "{key: c, covers: nme, fields: {code: c}}"}),
              ElementsAre(HasSubstr("mapping.covers[0]: warehouse has no field \"nme\"")));
}

TEST(Validate, TellsAMistypedKeyOfAFieldApartFromItsFields) {
  EXPECT_THAT(Check({.mapping = "{key: c, fields: {code: {form: c}}}"}),
              ElementsAre(HasSubstr("\"code\" has no fields of its own; did you mean \"from\"?")));
}

TEST(Validate, ShowsBadFormatsOfAConnectionOnce) {
  std::string text = Yaml({});
  text.insert(text.find("    datasets:"), "    formats: {decimal_separator: ';'}\n");
  EXPECT_THAT(ValidateLines(text),
              ElementsAre(HasSubstr("9:34: connections.shop.formats.decimal_separator: \";\" is no "
                                    "separator")));
}

TEST(Validate, KnowsTimeZonesCurrenciesAndAddresses) {
  EXPECT_THAT(ValidateLines("hub:\n  data_folder: d\n  time_zone: Europe/Moskow\n"
                            "  currency: RUR\n  listen: localhost\n"),
              ElementsAre(HasSubstr("3:14: hub.time_zone: there is no time zone «Europe/Moskow»"),
                          HasSubstr("4:13: hub.currency: "),
                          HasSubstr("5:11: hub.listen: «localhost» is not an address")));
}

TEST(Validate, NamesRulesThatNeverDecide) {
  EXPECT_THAT(Check({.more = "logistics:\n  default_manager: olga\n  responsible:\n"
                             "    - {manager: a, warehouses: [X, X]}\n"
                             "    - {manager: b}\n"
                             "    - {manager: c, product_groups: [G]}\n"}),
              ElementsAre(HasSubstr("logistics.responsible[0].warehouses[1]: «X» is there twice"),
                          HasSubstr("logistics.responsible[2]: this rule never decides")));
}

TEST(Validate, DoesNotRepeatWhatTheLoaderFound) {
  EXPECT_THAT(ValidateLines("hub:\n  data_folder: d\n  currency: RUB\n"),
              ElementsAre("1:1: hub.time_zone: the key \"time_zone\" is missing"));
  EXPECT_THAT(Check({.mapping = "{key: c, fields: {code: {from: c, mach: x}}}"}),
              ElementsAre(HasSubstr("there is no key \"mach\" here; did you mean \"match\"?")));
}

TEST(EnvironmentOf, HasTheZoneAndTheCurrency) {
  const auto environment = EnvironmentOf(LoadText(kHub, "hub.yaml").config);
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(environment->currency, "RUB");
  EXPECT_EQ(environment->time_zone.name(), absl::string_view("Europe/Moscow"));
}

}  // namespace
}  // namespace entrepot::config
