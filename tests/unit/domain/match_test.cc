#include "core/domain/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/absl_view.h"

namespace entrepot::domain {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

MatchRule RuleOf(const std::vector<std::string>& paths) {
  auto rule = MatchRule::Compile(InfoOf(KindOf<v1::Client>()), paths);
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}
std::string ErrorOf(const std::vector<std::string>& paths) {
  return std::string(
      StdView(MatchRule::Compile(InfoOf(KindOf<v1::Client>()), paths).status().message()));
}

TEST(MatchForm, DoesNotMindSpelling) {
  EXPECT_EQ(MatchForm("Bolts  Ltd."), MatchForm("bolts ltd"));
  EXPECT_EQ(MatchForm("ООО «Ромашка»"), MatchForm("ооо \"ромашка\""));
  EXPECT_EQ(MatchForm("77 01-234"), MatchForm("7701234"));
  EXPECT_NE(MatchForm("7701234"), MatchForm("7701235"));
}

TEST(MatchForm, KeepsThePointsOfMailAddresses) {
  EXPECT_EQ(MatchForm(" Anna.B@Example.org "), "anna.b@example.org");
  EXPECT_NE(MatchForm("anna.b@example.org"), MatchForm("annab@example.org"));
}

TEST(MatchForm, SaysNothingOfPlaceholders) {
  for (const char* text : {"", "  ", "-", "0", "000 000", "--/--"}) {
    EXPECT_EQ(MatchForm(text), "") << text;
  }
}

TEST(MatchRule, NeedsAllOfItsFields) {
  v1::Client client;
  client.set_name("Bolts");
  const MatchRule both = RuleOf({"name", "address"});
  EXPECT_THAT(both.ValuesOf(client), IsEmpty());
  client.set_address("Harbour 1");
  EXPECT_THAT(both.ValuesOf(client), SizeIs(1));
  EXPECT_EQ(both.name(), "name and address");
}

TEST(MatchRule, TakesAnyElementOfTheChosenType) {
  v1::Client client;
  const auto add = [&](v1::ContactPointType type, const char* value) {
    client.add_contact_points()->set_type(type);
    client.mutable_contact_points(client.contact_points_size() - 1)->set_value(value);
  };
  add(v1::CONTACT_POINT_TYPE_PHONE, "+7 495 1");
  add(v1::CONTACT_POINT_TYPE_EMAIL, "a@x.org");
  add(v1::CONTACT_POINT_TYPE_EMAIL, "b@x.org");
  EXPECT_THAT(RuleOf({"contact_points[type=email].value"}).ValuesOf(client), SizeIs(2));
  EXPECT_THAT(RuleOf({"contact_points.value"}).ValuesOf(client), SizeIs(3));
}

TEST(MatchRule, NamesTheNearestField) {
  EXPECT_THAT(ErrorOf({"taxid"}), HasSubstr("did you mean \"tax_id\"?"));
  EXPECT_THAT(ErrorOf({"contact_points"}), HasSubstr("neither a text nor a whole number"));
  EXPECT_THAT(ErrorOf({"contact_points[type=fax].value"}), HasSubstr("has no value \"fax\""));
  EXPECT_THAT(ErrorOf({"contact_points[type].value"}), HasSubstr("chooses elements"));
  EXPECT_THAT(ErrorOf({"name.first"}), HasSubstr("goes on after a plain value"));
}

}  // namespace
}  // namespace entrepot::domain
