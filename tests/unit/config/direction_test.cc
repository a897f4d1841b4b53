#include "tests/unit/config/config_fixture.h"

namespace entrepot::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One dataset of the sql connector, which reads and writes rows, in flow style; from line 9 on.
struct Parts {
  std::string connector = "sql";
  std::string kind = "client";
  std::string direction = "both";
  std::string mapping = "{key: id, fields: {code: hub_no, name: title}}";
};
std::string Yaml(const Parts& parts) {
  std::string text = std::string(kHub) + "connections:\n  crm:\n    connector: " + parts.connector +
                     "\n    datasets:\n      clients:\n        kind: " + parts.kind + "\n";
  if (parts.connector == "ledger") text += "    options: {file: j}\n";
  if (!parts.direction.empty()) text += "        direction: " + parts.direction + "\n";
  if (!parts.mapping.empty()) text += "        mapping: " + parts.mapping + "\n";
  return text;
}
std::vector<std::string> Check(const Parts& parts) { return ValidateLines(Yaml(parts)); }
std::vector<std::string> Notes(const Parts& parts) {
  Loaded loaded = LoadText(Yaml(parts), "hub.yaml");
  Validate(KnownManifest, &loaded);
  std::swap(loaded.problems, loaded.notes);
  return Lines(loaded);
}

TEST(Direction, BothWaysNeedAConnectorThatCanBoth) {
  EXPECT_THAT(Check({}), IsEmpty());
  EXPECT_THAT(Check({.direction = "sideways"}), ElementsAre(HasSubstr("«sideways» is not one of")));
  const std::string csv = std::string(kHub) +
                          "connections:\n  shop:\n    connector: csv\n    options: {folder: in}\n"
                          "    datasets:\n      data:\n        kind: client\n"
                          "        options: {files: a}\n        direction: both\n"
                          "        mapping: {key: c, fields: {code: c}}\n";
  EXPECT_THAT(ValidateLines(csv),
              ElementsAre("13:20: connections.shop.datasets.data.direction: connector csv takes no "
                          "records; the only direction that it has is in"));
}

TEST(Direction, WhatTheHubMakesGoesOutOnly) {
  const std::string mapping = "{key: id, fields: {number: no}}";
  EXPECT_THAT(Check({.kind = "order", .direction = "both", .mapping = mapping}),
              ElementsAre(HasSubstr("11:20: connections.crm.datasets.clients.direction: the hub "
                                    "itself makes records of kind order")));
  EXPECT_THAT(Check({.kind = "order", .direction = "out", .mapping = mapping}), IsEmpty());
  EXPECT_THAT(Check({.kind = "order", .direction = "", .mapping = mapping}), IsEmpty());
}

TEST(Direction, AConnectorThatWritesRowsNeedsToKnowItsColumns) {
  EXPECT_THAT(Check({.direction = "out", .mapping = ""}),
              ElementsAre(HasSubstr("datasets.clients.mapping: connector sql writes rows: say what "
                                    "stands in which column")));
  EXPECT_THAT(Check({.direction = "in", .mapping = ""}),
              ElementsAre(HasSubstr("say how rows of connector sql become records")));
}

TEST(Direction, WhatIsWrittenIsCheckedWithItsPlace) {
  EXPECT_THAT(
      Check({.mapping = "{key: id, fields: {code: no}, write: {title: nam}}"}),
      ElementsAre("12:56: connections.crm.datasets.clients.mapping.write.title.from: client "
                  "has no field \"nam\"; did you mean \"name\"?; known are code, name, "
                  "legal_name, tax_id, tax_branch_id, address, contact_points, price_type, "
                  "account_manager, comment"));
  EXPECT_THAT(
      Check({.direction = "in", .mapping = "{key: id, fields: {code: no}, write: {title: name}}"}),
      ElementsAre(HasSubstr("mapping.write: this dataset is only read")));
}

TEST(Direction, WhatIsReadAndNotWrittenIsTold) {
  const std::string joined =
      "{key: id, fields: {code: no, name: {join: {columns: [first, last]}}}}";
  EXPECT_THAT(Check({.mapping = joined}), IsEmpty());
  EXPECT_THAT(Notes({.mapping = joined}),
              ElementsAre(HasSubstr("12:53: connections.crm.datasets.clients.mapping.fields.name: "
                                    "\"name\" is read and not written")));
  EXPECT_THAT(Notes({.direction = "in", .mapping = joined}), IsEmpty());
}

TEST(Direction, OneDatasetOfAConnectionTakesAKind) {
  const std::string second =
      "      buyers:\n        kind: client\n        direction: out\n"
      "        mapping: {key: id, fields: {code: no}}\n";
  EXPECT_THAT(ValidateLines(Yaml({}) + second),
              ElementsAre(HasSubstr("datasets.clients.kind: records of kind client are written to "
                                    "dataset \"buyers\" of this connection already")));
}

}  // namespace
}  // namespace entrepot::config
