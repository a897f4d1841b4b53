#include "tests/unit/mapping/mapping_fixture.h"

namespace entrepot::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kStock[] = R"(
  key: "Артикул" key: "Склад"
  formats { decimal_separator: "," group_separator: " " time: "%d.%m.%Y %H:%M:%S" }
  fields { key: "product_id" value { from: "Артикул" } }
  fields { key: "warehouse_id" value { from: "Склад" } }
  fields { key: "on_hand" value { from: "Остаток" required: true } }
  fields { key: "reserved" value { from: "Резерв" } }
  fields { key: "as_of" value { from: "На момент" } })";
const std::vector<std::string> kStockColumns = {"Артикул", "Склад", "Остаток", "Резерв",
                                                "На момент"};

class Stock : public ::testing::Test {
 protected:
  Stock() {
    rows_.Know("product:A-1", 7);
    rows_.Know("warehouse:MAIN", 3);
  }
  Rows rows_{"stock_level", kStock, kStockColumns};
};

TEST_F(Stock, BecomesARecordWithItsReferences) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", " 1 234,5 ", "-2", "24.11.2026 15:30:00"}),
            RowOutcome::kMapped);
  EXPECT_EQ(rows_.outside_id(), "A-1/MAIN");
  EXPECT_EQ(rows_.text(),
            "product_id: 7 warehouse_id: 3 on_hand { units: 1234 nanos: 500000000 } "
            "reserved { units: -2 } as_of { seconds: 1795523400 }");
}

TEST_F(Stock, LeavesEmptyCellsAbsentAndForgetsTheRowBefore) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "1", "2", "24.11.2026 15:30:00"}), RowOutcome::kMapped);
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "0", "", ""}), RowOutcome::kMapped);
  EXPECT_EQ(rows_.text(), "product_id: 7 warehouse_id: 3 on_hand { }");
}

TEST_F(Stock, TakesCellsWithoutAValueAsEmpty) {
  connector::v1::Row row;
  for (const char* cell : {"A-1", "MAIN", "5", "9", ""}) row.add_cells(cell);
  row.add_absent(3);
  ASSERT_EQ(rows_.Map(row), RowOutcome::kMapped);
  EXPECT_EQ(rows_.text(), "product_id: 7 warehouse_id: 3 on_hand { units: 5 }");
}

TEST_F(Stock, NamesTheFieldTheCellAndWhatWouldBeRight) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "12,3x", "", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().field, "on_hand");
  EXPECT_EQ(rows_.fault().column, 2);
  EXPECT_THAT(rows_.fault().reason,
              HasSubstr("«12,3x» is not a number; expected digits with \",\""));
  EXPECT_EQ(rows_.outside_id(), "A-1/MAIN");

  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "1", "", "24/11/2026"}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().field, "as_of");
  EXPECT_EQ(rows_.fault().reason,
            "«24/11/2026» is not a time like 24.11.2026 15:30:00 (%d.%m.%Y %H:%M:%S)");
}

TEST_F(Stock, NamesTheRecordThatIsMissingAndFillsTheRest) {
  ASSERT_EQ(rows_.Map({"B-2", "MAIN", "1", "", ""}), RowOutcome::kMissing);
  EXPECT_EQ(rows_.mapper().missing().kind, v1::Record::kProduct);
  EXPECT_EQ(rows_.mapper().missing().key, "B-2");
  EXPECT_EQ(rows_.outside_id(), "B-2/MAIN");
  EXPECT_EQ(rows_.text(), "warehouse_id: 3 on_hand { units: 1 }");
}

TEST_F(Stock, PrefersAFaultToAMissingRecord) {
  EXPECT_EQ(rows_.Map({"B-2", "MAIN", "x", "", ""}), RowOutcome::kFault);
}

TEST_F(Stock, IsAFaultWithoutItsKey) {
  ASSERT_EQ(rows_.Map({"", " ", "1", "", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().reason, "the row has no key: «Артикул» is empty");
  EXPECT_EQ(rows_.outside_id(), "");
  ASSERT_EQ(rows_.Map({"A-1", "", "1", "", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().field, "warehouse_id");
  EXPECT_EQ(rows_.fault().reason, "warehouse_id identifies the record, but «Склад» is empty");
}

TEST_F(Stock, IsAFaultWithoutARequiredValue) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "", "", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().reason, "on_hand is required, but «Остаток» is empty");
}

TEST_F(Stock, IsAFaultWhenCellsAreMissing) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN"}), RowOutcome::kFault);
  EXPECT_EQ(rows_.fault().reason, "the row has 2 cells; at least 5 are needed");
}

TEST_F(Stock, FindsItsColumnsInAnyOrder) {
  ASSERT_TRUE(
      rows_.Bind({"Склад", "Примечание", "На момент", "Резерв", "Остаток", " Артикул "}).ok());
  ASSERT_EQ(rows_.Map({"MAIN", "note", "", "2", "1", "A-1"}), RowOutcome::kMapped);
  EXPECT_EQ(rows_.text(),
            "product_id: 7 warehouse_id: 3 on_hand { units: 1 } reserved { units: 2 }");
}

TEST_F(Stock, NamesAMissingColumnAndTheNearestOne) {
  const absl::Status status = rows_.Bind({"Артикул", "Склад", "Остатки", "Резерв", "На момент"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there is no column «Остаток»; did you "
                                                       "mean \"Остатки\"?; the columns are "
                                                       "Артикул, Склад"));
  EXPECT_FALSE(rows_.Bind({"Артикул", "Склад", "Остаток", "Резерв", "На момент", "Остаток"}).ok());
}

TEST_F(Stock, CoversTheMappedFields) {
  EXPECT_THAT(rows_.mapper().covers(), ElementsAre(0, 1, 2, 4, 5));
}

TEST_F(Stock, AsksTheResolverAgainAfterTheColumnsWereBound) {
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "1", "", ""}), RowOutcome::kMapped);
  rows_.Know("product:A-1", 8);
  ASSERT_TRUE(rows_.Bind(kStockColumns).ok());
  ASSERT_EQ(rows_.Map({"A-1", "MAIN", "1", "", ""}), RowOutcome::kMapped);
  EXPECT_THAT(rows_.text(), HasSubstr("product_id: 8"));
}

TEST(Key, KeepsDifferentPartsDifferent) {
  Rows rows("stock_level", kStock, kStockColumns);
  rows.Map({"A/B", "C", "1", "", ""});
  const std::string first = rows.outside_id();
  rows.Map({"A", "B/C", "1", "", ""});
  EXPECT_NE(first, rows.outside_id());
}

TEST(Key, OfOneColumnIsTheTextItself) {
  Rows rows("warehouse", R"(key: "c" fields { key: "code" value { from: "c" } })", {"c"});
  ASSERT_EQ(rows.Map({" A/1 "}), RowOutcome::kMapped);
  EXPECT_EQ(rows.outside_id(), "A/1");
}

TEST(Deleted, ByTheRowOrByAColumnNeedsTheKeyOnly) {
  Rows rows("product", R"(
      key: "sku" deleted_when { column: "state" equals: "удален" equals: "1" }
      fields { key: "sku" value { from: "sku" } }
      fields { key: "lead_time_days" value { from: "days" } }
      fields { key: "name" value { from: "name" required: true } })",
            {"sku", "state", "days", "name"});
  ASSERT_EQ(rows.Map({"A-1", "", "5", "Bolt"}), RowOutcome::kMapped);
  EXPECT_FALSE(rows.mapper().deleted());
  ASSERT_EQ(rows.Map({"A-1", "удален", "soon", ""}), RowOutcome::kMapped);
  EXPECT_TRUE(rows.mapper().deleted());
  EXPECT_EQ(rows.text(), "sku: \"A-1\"");
  connector::v1::Row row;
  for (const char* cell : {"A-1", "", "", ""}) row.add_cells(cell);
  row.set_deleted(true);
  ASSERT_EQ(rows.Map(row), RowOutcome::kMapped);
  EXPECT_TRUE(rows.mapper().deleted());
}

TEST(Texts, AreJoinedMatchedReplacedAndDefaulted) {
  Rows rows("client", R"~(
      key: "id"
      fields { key: "code" value { from: "id" match: "C-0*(\\d+)" replace: "\\1" } }
      fields { key: "name" value { join { columns: "first" columns: "last" } } }
      fields { key: "tax_id" value { from: "inn" match: "\\d{10}|\\d{12}" } }
      fields { key: "comment" value { from: "note" empty_when: "-" default: "none" } }
      fields { key: "account_manager" value { constant: "anna" } })~",
            {"id", "first", "last", "inn", "note"});
  ASSERT_EQ(rows.Map({"C-0042", "Ivan", "Petrov", "7707083893", "-"}), RowOutcome::kMapped);
  EXPECT_EQ(rows.text(),
            "code: \"42\" name: \"Ivan Petrov\" tax_id: \"7707083893\" account_manager: \"anna\" "
            "comment: \"none\"");
  ASSERT_EQ(rows.Map({"C-1", "", "Petrov", "", "a\xC2\xA0"}), RowOutcome::kMapped);
  EXPECT_EQ(rows.text(), "code: \"1\" name: \"Petrov\" account_manager: \"anna\" comment: \"a\"");
  ASSERT_EQ(rows.Map({"C-1", "", "", "77", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows.fault().field, "tax_id");
  EXPECT_EQ(rows.fault().reason, "«77» does not match the pattern \\d{10}|\\d{12}");
}

TEST(Texts, AreRefusedWhenTheyAreNoUtf8) {
  Rows rows("warehouse", R"(key: "c" fields { key: "code" value { from: "c" } }
                            fields { key: "name" value { from: "n" } })",
            {"c", "n"});
  ASSERT_EQ(rows.Map({"1", "\xCF\xF0"}), RowOutcome::kFault);
  EXPECT_THAT(rows.fault().reason, HasSubstr("is not UTF-8"));
}

TEST(Values, AreLookedUpAndNamedWhenUnknown) {
  Rows rows("product_relation", R"(
      key: "a" key: "b"
      fields { key: "product_id" value { from: "a" } }
      fields { key: "related_product_id" value { from: "b" } }
      fields { key: "type" value { from: "kind" values { key: "аналог" value: "substitute" }
                                                values { key: "замена" value: "replacement" } } }
      fields { key: "two_way" value { from: "both" } }
      fields { key: "factor" value { from: "k" formats { decimal_separator: "," } } })",
            {"a", "b", "kind", "both", "k"});
  rows.Know("product:1", 1);
  rows.Know("product:2", 2);
  ASSERT_EQ(rows.Map({"1", "2", "аналог", "да", "1/2"}), RowOutcome::kMapped);
  EXPECT_EQ(rows.text(),
            "product_id: 1 related_product_id: 2 type: PRODUCT_RELATION_TYPE_SUBSTITUTE "
            "two_way: true factor { numerator: 1 denominator: 2 }");
  ASSERT_EQ(rows.Map({"1", "2", "замена", "0", "2,50"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("two_way: false factor { numerator: 5 denominator: 2 }"));
  ASSERT_EQ(rows.Map({"1", "2", "замен", "0", "2"}), RowOutcome::kFault);
  EXPECT_EQ(rows.fault().reason,
            "«замен» is not among the values «аналог», «замена»; did you mean \"замена\"?");
  ASSERT_EQ(rows.Map({"1", "2", "замена", "maybe", "2"}), RowOutcome::kFault);
  EXPECT_THAT(rows.fault().reason, HasSubstr("neither yes nor no"));
  ASSERT_EQ(rows.Map({"1", "2", "замена", "1", "1/0"}), RowOutcome::kFault);
  EXPECT_THAT(rows.fault().reason, HasSubstr("«1/0» is not a ratio"));
}

TEST(Values, FallBackToTheDefault) {
  Rows rows("supply", R"(
      key: "n"
      fields { key: "purchase_order" value { from: "n" } }
      fields { key: "line" value { constant: "1" } }
      fields { key: "status" value { from: "s" values { key: "в пути" value: "expected" }
                                     default: "on_hold" } })",
            {"n", "s"});
  ASSERT_EQ(rows.Map({"1", "в пути"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("SUPPLY_STATUS_EXPECTED"));
  ASSERT_EQ(rows.Map({"1", "?"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("SUPPLY_STATUS_ON_HOLD"));
  ASSERT_EQ(rows.Map({"1", ""}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("SUPPLY_STATUS_ON_HOLD"));
}

TEST(Values, AreAskedBeforeTheLookUpTable) {
  Rows rows("product", R"(
      key: "sku"
      fields { key: "sku" value { from: "sku" } }
      fields { key: "unit" value { from: "unit" lookup: "okei"
                                   values { key: "рулончик" value: "XRO" } } })",
            {"sku", "unit"});
  ASSERT_EQ(rows.Map({"1", "рулончик"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("unit: \"XRO\""));
  ASSERT_EQ(rows.Map({"1", "шт"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("unit: \"H87\""));
  EXPECT_EQ(rows.Map({"1", "рулонище"}), RowOutcome::kFault);
}

TEST(Enumerations, AreWrittenByTheirShortNames) {
  Rows rows("supply", R"(
      key: "n"
      fields { key: "purchase_order" value { from: "n" } }
      fields { key: "status" value { from: "s" } })",
            {"n", "s"});
  ASSERT_EQ(rows.Map({"1", "On_Hold"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("SUPPLY_STATUS_ON_HOLD"));
  ASSERT_EQ(rows.Map({"1", "expcted"}), RowOutcome::kFault);
  EXPECT_EQ(rows.fault().reason,
            "«expcted» is not one of expected, on_hold, received, cancelled; did you mean "
            "\"expected\"?");
}

TEST(Nested, RepeatedMessagesTakeOneEntryEachAndLeaveEmptyOnesOut) {
  Rows rows("product", R"(
      key: "sku" formats { decimal_separator: "," }
      fields { key: "sku" value { from: "sku" } }
      fields { key: "unit" value { from: "unit" lookup: "okei" } }
      fields { key: "barcodes" value { from: "codes" split: ";" } }
      fields { key: "vat_rates" value { from: "vat" } }
      fields { key: "attributes" value {
        items { fields { key: "name" value { constant: "length" } }
                fields { key: "number" value { from: "mm" } }
                fields { key: "unit" value { constant: "MMT" } } }
        items { fields { key: "name" value { constant: "material" } }
                fields { key: "text" value { from: "made of" } } } } })",
            {"sku", "unit", "codes", "vat", "mm", "made of"});
  ASSERT_EQ(rows.Map({"1", "шт", "4601; 4602 ;;", "20 %", "12,5", ""}), RowOutcome::kMapped);
  EXPECT_EQ(rows.text(),
            "sku: \"1\" unit: \"H87\" barcodes: \"4601\" barcodes: \"4602\" "
            "vat_rates { percent { units: 20 } } "
            "attributes { name: \"length\" number { units: 12 nanos: 500000000 } unit: \"MMT\" }");
  ASSERT_EQ(rows.Map({"1", "796", "", "", "", "steel"}), RowOutcome::kMapped);
  EXPECT_EQ(rows.text(),
            "sku: \"1\" unit: \"H87\" attributes { name: \"material\" text: \"steel\" }");
  ASSERT_EQ(rows.Map({"1", "796", "", "", "long", ""}), RowOutcome::kFault);
  EXPECT_EQ(rows.fault().field, "attributes.number");
  EXPECT_EQ(rows.fault().column, 4);
  ASSERT_EQ(rows.Map({"1", "штук и ещё", "", "", "", ""}), RowOutcome::kFault);
  EXPECT_THAT(rows.fault().reason, HasSubstr("is not a known unit of measure"));
}

TEST(Nested, MoneyTakesTheHubsCurrencyWhereItHasNone) {
  Rows plain("price", R"(
      key: "p"
      fields { key: "product_id" value { from: "p" } }
      fields { key: "price_type" value { constant: "retail" } }
      fields { key: "price" value { from: "price" } })",
             {"p", "price"});
  plain.Know("product:1", 1);
  ASSERT_EQ(plain.Map({"1", "99.90"}), RowOutcome::kMapped);
  EXPECT_THAT(plain.text(),
              HasSubstr("price { amount { units: 99 nanos: 900000000 } currency: \"RUB\" }"));

  Rows nested("price", R"(
      key: "p"
      fields { key: "product_id" value { from: "p" } }
      fields { key: "price_type" value { constant: "retail" } }
      fields { key: "price" value { items {
        fields { key: "amount" value { from: "price" } }
        fields { key: "currency" value { from: "cur" lookup: "currency" } } } } })",
              {"p", "price", "cur"});
  nested.Know("product:1", 1);
  ASSERT_EQ(nested.Map({"1", "5", "грн"}), RowOutcome::kMapped);
  EXPECT_THAT(nested.text(), HasSubstr("price { amount { units: 5 } currency: \"UAH\" }"));
  ASSERT_EQ(nested.Map({"1", "5", ""}), RowOutcome::kMapped);
  EXPECT_THAT(nested.text(), HasSubstr("price { amount { units: 5 } currency: \"RUB\" }"));
  ASSERT_EQ(nested.Map({"1", "", "RUB"}), RowOutcome::kMapped);
  EXPECT_THAT(nested.text(), ::testing::Not(HasSubstr("price {")));
}

TEST(Numbers, ThatMustBeWholeMayHaveZeroDecimals) {
  Rows rows("warehouse", R"(
      key: "c" formats { decimal_separator: "," }
      fields { key: "code" value { from: "c" } }
      fields { key: "transfer_days" value { from: "d" } })",
            {"c", "d"});
  ASSERT_EQ(rows.Map({"1", "3,0"}), RowOutcome::kMapped);
  EXPECT_THAT(rows.text(), HasSubstr("transfer_days: 3"));
  ASSERT_EQ(rows.Map({"1", "3,5"}), RowOutcome::kFault);
  EXPECT_EQ(rows.fault().reason, "«3,5» is not a whole number");
  ASSERT_EQ(rows.Map({"1", "3000000000"}), RowOutcome::kFault);
  EXPECT_THAT(rows.fault().reason, HasSubstr("out of the field's range"));
}

TEST(Announcing, NamesReferencesWhoseTextIsThatOfACell) {
  Rows rows("stock_level", R"(
      key: "sku" key: "place"
      fields { key: "product_id" value { from: "sku" } }
      fields { key: "warehouse_id" value { from: "place" values { key: "main" value: "W1" } } }
      fields { key: "on_hand" value { from: "on_hand" } })",
            {"place", "sku", "on_hand"});
  connector::v1::Rows given;
  for (const char* cell : {"main", " A-1 ", "5"}) {
    if (given.rows_size() == 0) given.add_rows();
    given.mutable_rows(0)->add_cells(cell);
  }
  given.add_rows()->add_cells("main");  // too short: Map finds the fault
  const std::string bytes = given.SerializeAsString();
  RowTable table;
  ASSERT_TRUE(table.Merge(bytes));
  std::vector<std::string> named;
  const ReferenceHint hint = [&](domain::Kind kind, std::string_view id) {
    named.push_back(domain::InfoOf(kind).name + ":" + std::string(id));
  };
  rows.mapper().Announce(table.row(0), hint);
  rows.mapper().Announce(table.row(1), hint);
  EXPECT_THAT(named, ElementsAre("product:A-1"));
}

}  // namespace
}  // namespace entrepot::mapping
