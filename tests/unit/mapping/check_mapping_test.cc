#include "tests/unit/mapping/mapping_fixture.h"

namespace entrepot::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "path: message", one each.
std::vector<std::string> Problems(std::string_view kind, const std::string& mapping) {
  std::vector<std::string> lines;
  for (const MappingProblem& problem :
       CheckMapping(KindNamed(kind), MappingOf(mapping), Moscow())) {
    lines.push_back(problem.path + ": " + problem.message);
  }
  return lines;
}

// A warehouse with a sound key and code, and one more thing.
std::vector<std::string> Warehouse(const std::string& more) {
  return Problems("warehouse", R"(key: "c" fields { key: "code" value { from: "c" } })" + more);
}

TEST(CheckMapping, AcceptsASoundMapping) { EXPECT_THAT(Warehouse(""), IsEmpty()); }

TEST(CheckMapping, NamesTheNearestField) {
  EXPECT_THAT(Warehouse(R"(fields { key: "nam" value { from: "n" } })"),
              ElementsAre("fields.nam: warehouse has no field \"nam\"; did you mean \"name\"?; "
                          "known are code, name, address, transfer_days"));
}

TEST(CheckMapping, WantsExactlyOneOrigin) {
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value {} })"),
              ElementsAre(HasSubstr("fields.name: say where the value comes from")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { from: "a" constant: "b" } })"),
              ElementsAre(HasSubstr("fields.name: a value comes from one place")));
}

TEST(CheckMapping, CompilesPatternsAndReplacements) {
  EXPECT_THAT(Warehouse(R"~(fields { key: "name" value { from: "a" match: "(" } })~"),
              ElementsAre(HasSubstr("fields.name.match: \"(\" is not a regular expression")));
  EXPECT_THAT(
      Warehouse(R"~(fields { key: "name" value { from: "a" match: "(a)" replace: "\\2" } })~"),
      ElementsAre(HasSubstr("fields.name.replace:")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { from: "a" replace: "b" } })"),
              ElementsAre(HasSubstr("replace needs a match")));
}

TEST(CheckMapping, TriesConstantsDefaultsAndValues) {
  EXPECT_THAT(Problems("supply", R"(key: "n"
      fields { key: "status" value { from: "s" values { key: "a" value: "recieved" }
                                     default: "?" } }
      fields { key: "quantity" value { constant: "ten" } })"),
              ElementsAre(HasSubstr("fields.quantity.constant: «ten» is not a number"),
                          HasSubstr("fields.status.values.a: «recieved» is not one of"),
                          HasSubstr("fields.status.default: «?» is not one of")));
}

TEST(CheckMapping, NamesBadFormats) {
  EXPECT_THAT(Warehouse(R"(formats { decimal_separator: ";" })"),
              ElementsAre(HasSubstr("formats.decimal_separator: \";\" is no separator")));
  EXPECT_THAT(Warehouse(R"(formats { decimal_separator: "," group_separator: "," })"),
              ElementsAre(HasSubstr("formats: the decimal separator and the group separator")));
  EXPECT_THAT(Warehouse(R"(formats { date: "%d.%m" })"),
              ElementsAre(HasSubstr("formats.date: \"%d.%m\" needs a year")));
  EXPECT_THAT(Warehouse(R"(formats { time: "%F" })"),
              ElementsAre(HasSubstr("formats.time: \"%F\" has no hour")));
}

TEST(CheckMapping, ChecksCovers) {
  EXPECT_THAT(Warehouse(R"(covers: "nme")"),
              ElementsAre(HasSubstr("covers[0]: warehouse has no field \"nme\"")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { from: "n" } } covers: "address")"),
              ElementsAre(HasSubstr("covers: \"name\" is mapped but not covered")));
  EXPECT_THAT(Warehouse(R"(covers: "address")"), IsEmpty());
}

TEST(CheckMapping, KnowsWhichFieldsHaveFieldsOfTheirOwn) {
  EXPECT_THAT(Problems("product", R"(key: "s" fields { key: "attributes" value { from: "a" } })"),
              ElementsAre(HasSubstr("fields.attributes: \"attributes\" has fields of its own: map "
                                    "them under items, like `items: [{name: a column}]`")));
  EXPECT_THAT(Problems("product", R"(key: "s" fields { key: "attributes" value {
                  items { fields { key: "nmae" value { from: "a" } } } } })"),
              ElementsAre(HasSubstr("fields.attributes.items[0].nmae: attributes has no field "
                                    "\"nmae\"; did you mean \"name\"?")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { items { } } })"),
              ElementsAre(HasSubstr("fields.name.items: \"name\" has no fields of its own")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value {
                  items { fields { key: "form" value { from: "a" } } } } })"),
              ElementsAre(HasSubstr("\"name\" has no fields of its own; did you mean \"from\"?")));
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { from: "a" split: ";" } })"),
              ElementsAre(HasSubstr("fields.name.split: \"name\" takes one value")));
}

TEST(CheckMapping, KnowsItsLookUpTables) {
  EXPECT_THAT(Warehouse(R"(fields { key: "name" value { from: "a" lookup: "oke" } })"),
              ElementsAre(HasSubstr("fields.name.lookup: there is no look-up table \"oke\"")));
}

TEST(RowMapper, RefusesWhatCheckMappingFinds) {
  const auto mapper = RowMapper::Compile(
      KindNamed("warehouse"), MappingOf(R"(key: "c" fields { key: "x" value { from: "c" } })"),
      Moscow());
  EXPECT_EQ(mapper.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace entrepot::mapping
