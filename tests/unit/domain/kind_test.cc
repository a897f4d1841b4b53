#include "core/domain/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(Kinds, AreThoseOfTheOneof) {
  const auto* oneof = v1::Record::descriptor()->FindOneofByName("body");
  EXPECT_EQ(Kinds().size(), static_cast<size_t>(oneof->field_count()));
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto kind = static_cast<Kind>(oneof->field(i)->number());
    EXPECT_EQ(InfoOf(kind).name, oneof->field(i)->name());
    EXPECT_EQ(*FindKind(oneof->field(i)->name()), &InfoOf(kind));
  }
}

TEST(Kinds, ComeAfterThoseTheyReferTo) {
  std::set<Kind> before;
  for (const KindInfo& info : Kinds()) {
    for (const ReferenceField& reference : info.references) {
      EXPECT_TRUE(before.contains(reference.target)) << info.name;
    }
    before.insert(info.kind);
  }
}

TEST(Kinds, TellWhatTheOptionsSay) {
  const KindInfo& level = InfoOf(Kind::kStockLevel);
  EXPECT_TRUE(level.bulk);
  EXPECT_FALSE(level.hub_owned);
  ASSERT_EQ(level.key.size(), 2u);
  EXPECT_EQ(level.key[1]->name(), "warehouse_id");
  EXPECT_TRUE(InfoOf(Kind::kOrder).hub_owned);
  for (const KindInfo& info : Kinds()) {
    EXPECT_EQ(info.group_of.size(), static_cast<size_t>(info.descriptor->field_count()));
    EXPECT_TRUE(!info.bulk || info.groups.size() == 1u) << info.name;
  }
}

TEST(Kinds, NumberTheirAuthorityGroups) {
  const KindInfo& client = InfoOf(Kind::kClient);
  EXPECT_THAT(client.groups, ElementsAre("main", "legal", "contact", "terms"));
  const auto group_of = [&](const char* field) {
    return client.groups[client.group_of[client.descriptor->FindFieldByName(field)->index()]];
  };
  EXPECT_EQ(group_of("name"), "main");
  EXPECT_EQ(group_of("tax_id"), "legal");
  EXPECT_EQ(group_of("contact_points"), "contact");
}

TEST(Kinds, AreFoundByNameOrSuggested) {
  EXPECT_EQ((*FindKind("stock_level"))->kind, Kind::kStockLevel);
  const auto unknown = FindKind("stock_levels");
  EXPECT_EQ(ReasonOf(unknown.status()), "UNKNOWN_KIND");
  EXPECT_EQ(StdView(unknown.status().message()),
            "there is no kind of record \"stock_levels\"; did you mean \"stock_level\"?");
  EXPECT_FALSE(FindKind("id").ok());
}

TEST(Kinds, KnowTheirMessages) {
  EXPECT_EQ(KindOf<v1::Client>(), Kind::kClient);
  EXPECT_EQ(KindOf<v1::Payment>(), Kind::kPayment);
  EXPECT_EQ(KindOf(v1::OrderLine::descriptor()), Kind::BODY_NOT_SET);
}

TEST(Body, IsThatOfTheRecord) {
  v1::Record record;
  auto* body = MutableBodyOf(&record, Kind::kWarehouse);
  static_cast<v1::Warehouse*>(body)->set_code("MAIN");
  EXPECT_EQ(record.body_case(), Kind::kWarehouse);
  EXPECT_EQ(&BodyOf(record), &record.warehouse());
  EXPECT_EQ(record.warehouse().code(), "MAIN");
}

TEST(References, AreFoundWhereverTheyStand) {
  v1::Order order;
  order.set_client_id(1);
  order.add_lines()->set_product_id(2);
  order.mutable_lines(0)->add_allocations()->set_warehouse_id(3);
  order.mutable_lines(0)->mutable_expectation()->set_warehouse_id(4);
  order.add_lines()->set_product_id(2);
  order.add_shipments()->add_lines()->set_warehouse_id(3);
  EXPECT_THAT(ReferencesOf(InfoOf(Kind::kOrder), order),
              testing::UnorderedElementsAreArray({1, 2, 2, 3, 4, 3}));
}

TEST(KeyBytes, AreEqualForEqualKeysOnly) {
  const KindInfo& info = InfoOf(Kind::kPrice);
  v1::Price price;
  price.set_product_id(7);
  price.set_price_type("retail");
  const std::string plain = KeyBytes(info, price);
  price.mutable_price()->set_currency("RUB");  // no part of the key
  EXPECT_EQ(KeyBytes(info, price), plain);
  price.mutable_minimum_quantity();  // zero is not absent
  const std::string zero = KeyBytes(info, price);
  EXPECT_NE(zero, plain);
  *price.mutable_minimum_quantity() = Decimal(10).ToProto();
  EXPECT_NE(KeyBytes(info, price), zero);
}

TEST(KeyBytes, DoNotRunTogether) {
  const KindInfo& info = InfoOf(Kind::kSupply);
  v1::Supply a, b;
  a.set_purchase_order("PO1");
  a.set_line("12");
  b.set_purchase_order("PO11");
  b.set_line("2");
  EXPECT_NE(KeyBytes(info, a), KeyBytes(info, b));
}

TEST(KeyBytes, GiveBackAKeyThatIsOneText) {
  v1::Client client;
  client.set_code("C-7");
  EXPECT_EQ(TextOfKeyBytes(InfoOf(Kind::kClient), KeyBytes(InfoOf(Kind::kClient), client)), "C-7");
  client.clear_code();
  EXPECT_EQ(TextOfKeyBytes(InfoOf(Kind::kClient), KeyBytes(InfoOf(Kind::kClient), client)), "");
  v1::Supply supply;
  supply.set_line("1");
  EXPECT_EQ(TextOfKeyBytes(InfoOf(Kind::kSupply), KeyBytes(InfoOf(Kind::kSupply), supply)), "");
}

TEST(KeyText, IsWhatPeopleWrite) {
  v1::ProductRelation relation;
  relation.set_product_id(5);
  relation.set_related_product_id(6);
  relation.set_type(v1::PRODUCT_RELATION_TYPE_SUBSTITUTE);
  EXPECT_EQ(KeyText(InfoOf(Kind::kProductRelation), relation), "#5/#6/substitute");
  v1::Price price;
  price.set_product_id(5);
  price.set_price_type("retail");
  *price.mutable_minimum_quantity() = Decimal::Parse("2.5")->ToProto();
  price.mutable_valid_from()->set_year(2024);
  price.mutable_valid_from()->set_month(3);
  price.mutable_valid_from()->set_day(1);
  EXPECT_EQ(KeyText(InfoOf(Kind::kPrice), price), "#5/retail/2.5/2024-03-01");
}

TEST(CanonicalBytes, AreAppendedAndParseBack) {
  v1::Warehouse warehouse;
  warehouse.set_code("MAIN");
  warehouse.set_transfer_days(0);
  std::string bytes = "x";
  AppendCanonicalBytes(warehouse, &bytes);
  v1::Warehouse back;
  ASSERT_TRUE(back.ParseFromString(bytes.substr(1)));
  EXPECT_TRUE(back.has_transfer_days());
  EXPECT_EQ(back.code(), "MAIN");
}

}  // namespace
}  // namespace entrepot::domain
