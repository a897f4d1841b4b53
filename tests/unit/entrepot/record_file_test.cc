#include "app/entrepot/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/absl_view.h"
#include "entrepot/v1/client.pb.h"

namespace entrepot::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  v1::Client client;
  std::vector<std::string> fields;
  const absl::Status status = ParseRecord("client.json", text, &client, &fields);
  return std::string(StdView(status.message()));
}

TEST(RecordFile, ReadsFieldsByTheirNames) {
  v1::Client client;
  std::vector<std::string> fields;
  const absl::Status status = ParseRecord("client.json",
                                          R"({"name": "Bolts", "tax_id": 7701, "comment": null,
          "contact_points": [{"type": "email", "value": "a@b.example"}]})",
                                          &client, &fields);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(client.name(), "Bolts");
  EXPECT_EQ(client.tax_id(), "7701");
  EXPECT_FALSE(client.has_comment());
  EXPECT_EQ(client.contact_points(0).type(), v1::CONTACT_POINT_TYPE_EMAIL);
  EXPECT_THAT(fields, ElementsAre("name", "tax_id", "comment", "contact_points"));
}

TEST(RecordFile, NamesThePlaceAndTheNearestField) {
  EXPECT_THAT(ErrorOf("{\"nmae\": \"Bolts\"}"),
              HasSubstr("client.json:1:2: there is no \"nmae\" here; did you mean \"name\"?"));
  EXPECT_THAT(ErrorOf("{\"contact_points\": [{\"type\": \"fax\"}]}"),
              HasSubstr("type is one of phone, email, other"));
  EXPECT_THAT(ErrorOf("{\"contact_points\": \"a\"}"), HasSubstr("contact_points is a list"));
  EXPECT_THAT(ErrorOf("{\"name\": [1]}"), HasSubstr("name is a plain value"));
  EXPECT_THAT(ErrorOf("{\"name"), HasSubstr("this is not JSON"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("client.json is empty"));
}

}  // namespace
}  // namespace entrepot::cli
