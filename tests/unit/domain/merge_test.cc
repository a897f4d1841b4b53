#include "core/domain/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/domain/decimal.h"

namespace entrepot::domain {
namespace {

using testing::ElementsAre;

int IndexOf(Kind kind, const char* field) {
  return InfoOf(kind).descriptor->FindFieldByName(field)->index();
}

v1::Client KnownClient() {
  v1::Client client;
  client.set_code("C-7");
  client.set_name("Anna's shop");
  client.set_tax_id("7700000000");
  client.add_contact_points()->set_value("a@example.org");
  client.add_contact_points()->set_value("b@example.org");
  client.set_comment("pays late");
  return client;
}

TEST(Merge, ClearsWhatIsCoveredAndAbsentAndLeavesTheRest) {
  v1::Client target = KnownClient();
  v1::Client incoming;
  incoming.set_code("C-7");
  incoming.set_comment("not covered, so not taken");
  MergeCovered(incoming,
               std::vector<int>{IndexOf(Kind::kClient, "code"), IndexOf(Kind::kClient, "tax_id")},
               &target);
  EXPECT_FALSE(target.has_tax_id());
  EXPECT_EQ(target.name(), "Anna's shop");
  EXPECT_EQ(target.comment(), "pays late");
  EXPECT_EQ(target.contact_points_size(), 2);
}

TEST(Merge, ReplacesRepeatedFieldsWhole) {
  v1::Client target = KnownClient();
  v1::Client incoming;
  incoming.add_contact_points()->set_value("c@example.org");
  MergeCovered(incoming, std::vector<int>{IndexOf(Kind::kClient, "contact_points")}, &target);
  ASSERT_EQ(target.contact_points_size(), 1);
  EXPECT_EQ(target.contact_points(0).value(), "c@example.org");
  EXPECT_EQ(target.code(), "C-7");
}

TEST(Merge, DoesNotTakeWhatIsNotCoveredIntoAnEmptyBody) {
  v1::Client target;
  MergeCovered(KnownClient(), std::vector<int>{IndexOf(Kind::kClient, "code")}, &target);
  EXPECT_EQ(target.code(), "C-7");
  EXPECT_FALSE(target.has_name());
  EXPECT_EQ(target.contact_points_size(), 0);
}

TEST(Merge, TakesEverythingWhereNothingIsNamed) {
  v1::Client target = KnownClient();
  v1::Client incoming;
  incoming.set_code("C-8");
  MergeCovered(incoming, {}, &target);
  EXPECT_EQ(target.code(), "C-8");
  EXPECT_FALSE(target.has_name());
}

TEST(CoveredOfGroups, NamesTheFieldsOfTheGroupsThatAreCovered) {
  const KindInfo& info = InfoOf(Kind::kClient);
  const int code = IndexOf(Kind::kClient, "code"), tax = IndexOf(Kind::kClient, "tax_id"),
            address = IndexOf(Kind::kClient, "address");
  const std::vector<int> covers = {code, tax, address};
  EXPECT_THAT(CoveredOfGroups(info, covers, std::vector<int>{0}), ElementsAre(code));
  EXPECT_THAT(CoveredOfGroups(info, covers, std::vector<int>{1, 2}), ElementsAre(tax, address));
  EXPECT_THAT(CoveredOfGroups(info, {}, std::vector<int>{3}),
              ElementsAre(IndexOf(Kind::kClient, "price_type")));
}

TEST(GroupDigester, ChangesOnlyTheGroupThatChanged) {
  const KindInfo& info = InfoOf(Kind::kClient);
  GroupDigester digester(info, {});
  std::vector<uint64_t> before, after;
  v1::Client client = KnownClient();
  digester.Digest(client, &before);
  ASSERT_EQ(before.size(), 4u);
  client.set_tax_id("7700000001");
  digester.Digest(client, &after);
  EXPECT_EQ(before[0], after[0]);
  EXPECT_NE(before[1], after[1]);
  EXPECT_EQ(before[2], after[2]);
  EXPECT_EQ(before[3], after[3]);
}

TEST(GroupDigester, DoesNotLookAtWhatIsNotCovered) {
  const KindInfo& info = InfoOf(Kind::kClient);
  const std::vector<int> covers = {IndexOf(Kind::kClient, "code"),
                                   IndexOf(Kind::kClient, "tax_id")};
  GroupDigester digester(info, covers);
  std::vector<uint64_t> before, after;
  v1::Client client = KnownClient();
  digester.Digest(client, &before);
  client.set_name("Anna & Co");
  client.clear_contact_points();
  digester.Digest(client, &after);
  EXPECT_EQ(before, after);
  EXPECT_NE(before[0], 0u);
  EXPECT_EQ(before[2], 0u) << "nothing of the group is covered";
}

TEST(GroupDigester, TellsAnEmptyValueFromNone) {
  GroupDigester digester(InfoOf(Kind::kStockLevel), {});
  v1::StockLevel level;
  level.set_product_id(1);
  const uint64_t absent = digester.DigestOfOnly(level);
  level.mutable_on_hand();
  EXPECT_NE(digester.DigestOfOnly(level), absent);
}

TEST(GroupDigester, LooksAgainWhenMoreIsCovered) {
  const KindInfo& info = InfoOf(Kind::kStockLevel);
  v1::StockLevel level;
  level.set_product_id(1);
  GroupDigester few(info, std::vector<int>{0, 1}), more(info, std::vector<int>{0, 1, 2});
  EXPECT_NE(few.DigestOfOnly(level), more.DigestOfOnly(level));
}

TEST(GroupDigester, DigestsAnEmptyBodyAsSomething) {
  GroupDigester digester(InfoOf(Kind::kStockLevel), {});
  EXPECT_NE(digester.DigestOfOnly(v1::StockLevel()), 0u);
}

}  // namespace
}  // namespace entrepot::domain
