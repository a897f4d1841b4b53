// Rows into records and back: for whatever texts a row has, what it says is said again.
#include <rapidcheck.h>

#include <functional>

#include "core/mapping/record_mapper.h"
#include "tests/unit/mapping/mapping_fixture.h"

namespace entrepot::mapping {
namespace {

using Texts = std::vector<std::string>;
using AnyCell = std::function<std::string()>;

std::string Pick(std::initializer_list<const char*> texts) {
  return *rc::gen::elementOf(Texts(texts.begin(), texts.end()));
}

// Letters, punctuation and other alphabets; sometimes nothing.
std::string AnyText() {
  std::string text;
  const int words = *rc::gen::inRange(0, 4);
  for (int i = 0; i < words; ++i) {
    text += Pick({" ", "", "-", "/", "\\", "\"", "'", "  "});
    text += Pick({"Альфа", "bolt", "Ünit", "№ 5", "0", "O'Neil", "\xE2\x80\x89x", "NULL"});
  }
  return text;
}

std::string AnyNumber(char decimal, const std::string& group) {
  const int digits = *rc::gen::inRange(1, 17);
  std::string text = Pick({"", "-", "+"});
  for (int i = 0; i < digits; ++i) {
    if (i > 0 && (digits - i) % 3 == 0 && *rc::gen::arbitrary<bool>()) text += group;
    text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  }
  const int decimals = *rc::gen::inRange(0, 10);
  if (decimals > 0) text += decimal;
  for (int i = 0; i < decimals; ++i) text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  return text;
}

std::string AnyDate(const char* format) {
  const absl::CivilDay day = absl::CivilDay(1900, 1, 1) + *rc::gen::inRange(0, 80'000);
  return absl::FormatTime(format, absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone());
}

std::string AnyMoment(const char* format) {
  const absl::Time moment = absl::FromUnixSeconds(*rc::gen::inRange<int64_t>(0, 4'000'000'000)) +
                            absl::Nanoseconds(*rc::gen::element<int64_t>(0, 500'000'000, 1));
  absl::TimeZone zone;
  absl::LoadTimeZone("Asia/Kathmandu", &zone);
  return absl::FormatTime(format, moment, zone);
}

// Maps rows of these columns there, back and there again, and wants the same record.
void GoesRound(const std::string& kind, const std::string& text,
               const std::vector<std::pair<std::string, AnyCell>>& columns) {
  const config::v1::Mapping mapping = MappingOf(text);
  Texts names;
  for (const auto& [name, any] : columns) names.push_back(name);
  Rows first(kind, text, names);
  const auto back = RecordMapper::Compile(KindNamed(kind), mapping, Moscow());
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_THAT(CheckWriting(KindNamed(kind), mapping, Moscow()).notes, ::testing::IsEmpty());
  Rows second(kind, text, (*back)->columns());
  for (int id = 0; id < 10; ++id) {
    for (Rows* rows : {&first, &second}) {
      for (const char* of : {"client", "product", "warehouse"}) {
        rows->Know(std::string(of) + ":" + std::to_string(id), 1 + id);
      }
    }
  }
  const ReferenceText reference = [](domain::Kind, uint64_t id) { return std::to_string(id - 1); };
  int mapped = 0;
  const auto one_row = [&] {
    Texts cells;
    for (const auto& [name, any] : columns) {
      cells.push_back(*rc::gen::inRange(0, 5) == 0 ? "" : any());
    }
    RC_LOG() << ::testing::PrintToString(cells);
    if (first.Map(cells) != RowOutcome::kMapped) return;
    ++mapped;
    connector::v1::Row row;
    RC_ASSERT((*back)
                  ->Map({.body = &first.body(), .outside_id = first.outside_id()}, reference, &row)
                  .ok());
    RC_ASSERT(second.Map(row) == RowOutcome::kMapped);
    RC_ASSERT(second.text() == first.text());
    RC_ASSERT(second.outside_id() == first.outside_id());
  };
  EXPECT_TRUE(rc::check(kind + " goes round", [&] {
    for (int i = 0; i < 20; ++i) one_row();
  }));
  EXPECT_GT(mapped, 200) << "too few of the rows are rows at all";
}

const AnyCell kReference = [] { return std::to_string(*rc::gen::inRange(0, 10)); };
const AnyCell kYesOrNo = [] { return Pick({"1", "0", "да", "нет", "true", "no", "x"}); };

TEST(RoundTrip, Clients) {
  GoesRound("client", R"(key: ["id", "branch"]
      fields { key: "code" value { from: "no" } }
      fields { key: "name" value { from: "title" } }
      fields { key: "comment" value { from: "note" empty_when: "NULL" } }
      fields { key: "price_type" value { from: "prices" default: "retail"
          values { key: "опт" value: "wholesale" } values { key: "розн" value: "retail" } } }
      fields { key: "contact_points" value {
        items { fields { key: "type" value { constant: "phone" } }
                fields { key: "value" value { from: "phone" } } }
        items { fields { key: "type" value { constant: "phone" } }
                fields { key: "value" value { from: "second" } } }
        items { fields { key: "type" value { constant: "email" } }
                fields { key: "value" value { from: "mail" } }
                fields { key: "person" value { from: "who" } } } } })",
            {{"id", AnyText},
             {"branch", AnyText},
             {"no", AnyText},
             {"title", AnyText},
             {"note", AnyText},
             {"prices",
              [] {
                return Pick({"опт", "розн", "?"});
              }},
             {"phone", AnyText},
             {"second", AnyText},
             {"mail", AnyText},
             {"who", AnyText}});
}

TEST(RoundTrip, Contracts) {
  GoesRound("contract", R"(key: "n"
      formats { decimal_separator: "," group_separator: " " date: "%e/%m/%Y" }
      fields { key: "number" value { from: "n" } }
      fields { key: "client_id" value { from: "client" } }
      fields { key: "valid_from" value { from: "since" } }
      fields { key: "valid_until" value { from: "until" formats { date: "%Y%m%d" } } }
      fields { key: "payment_days" value { from: "days" } }
      fields { key: "credit_limit" value { items {
          fields { key: "amount" value { from: "limit" } }
          fields { key: "currency" value { from: "currency" } } } } }
      fields { key: "partial_delivery_allowed" value { from: "parts"
          values { key: "Y" value: "yes" } values { key: "N" value: "no" } } }
      fields { key: "substitution_allowed" value { from: "analogues" } })",
            {{"n", AnyText},
             {"client", kReference},
             {"since", [] { return AnyDate("%e/%m/%Y"); }},
             {"until", [] { return AnyDate("%Y%m%d"); }},
             {"days", [] { return std::to_string(*rc::gen::arbitrary<int32_t>()); }},
             {"limit", [] { return AnyNumber(',', "\xC2\xA0"); }},
             {"currency",
              [] {
                return Pick({"RUB", "EUR", "USD"});
              }},
             {"parts",
              [] {
                return Pick({"Y", "N"});
              }},
             {"analogues", kYesOrNo}});
}

TEST(RoundTrip, ProductsAndTheirLists) {
  GoesRound("product", R"(key: "sku"
      fields { key: "sku" value { from: "sku" } }
      fields { key: "barcodes" value { from: "codes" split: "|" } }
      fields { key: "vat_rates" value { from: "vat" split: ";" } }
      fields { key: "lead_time_days" value { from: "days" } }
      fields { key: "unit" value { from: "unit" match: "[A-Z0-9]{2,3}" } })",
            {{"sku", AnyText},
             {"codes", [] { return AnyText() + "|" + AnyText() + " |" + AnyText(); }},
             {"vat",
              [] {
                return Pick({"20", "20 %; 10", "0%;;5.5", ""});
              }},
             {"days", [] { return std::to_string(*rc::gen::inRange(-5, 400)); }},
             {"unit", [] {
                return Pick({"PCE", "MTR", "12"});
              }}});
}

TEST(RoundTrip, StockLevels) {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S%z", "%d.%m.%y %I:%M:%S %p %z", "%s"}) {
    GoesRound(
        "stock_level", std::string(R"(key: ["sku", "place"] formats { time: ")") + format + R"(" }
      fields { key: "product_id" value { from: "sku" } }
      fields { key: "warehouse_id" value { from: "place" } }
      fields { key: "on_hand" value { from: "count" } }
      fields { key: "as_of" value { from: "at" } })",
        {{"sku", kReference},
         {"place", kReference},
         {"count", [] { return AnyNumber('.', ""); }},
         {"at", [&] {
            return format[1] == 's' ? std::to_string(*rc::gen::inRange<int64_t>(0, 4'000'000'000))
                                    : AnyMoment(format[1] == 'd' ? "%d.%m.%y %I:%M:%E*S %p %z"
                                                                 : "%Y-%m-%dT%H:%M:%E*S%z");
          }}});
  }
}

TEST(RoundTrip, SuppliesAndRelations) {
  GoesRound("supply", R"(key: ["po", "line"]
      fields { key: "purchase_order" value { from: "po" } }
      fields { key: "line" value { from: "line" } }
      fields { key: "product_id" value { from: "sku" } }
      fields { key: "quantity" value { from: "q" formats { group_separator: "'" } } }
      fields { key: "expected_on" value { from: "day" } }
      fields { key: "status" value { from: "state" } })",
            {{"po", AnyText},
             {"line", AnyText},
             {"sku", kReference},
             {"q", [] { return AnyNumber('.', "'"); }},
             {"day", [] { return AnyDate("%Y-%m-%d"); }},
             {"state", [] {
                return Pick({"expected", "On_Hold", "RECEIVED"});
              }}});
  GoesRound("product_relation", R"(key: ["a", "b"]
      fields { key: "product_id" value { from: "a" } }
      fields { key: "related_product_id" value { from: "b" } }
      fields { key: "factor" value { from: "f" } })",
            {{"a", kReference},
             {"b", kReference},
             {"f", [] {
                return Pick({"1/3", "0.5", "2", "7/21", "1.25/0.5"});
              }}});
}

}  // namespace
}  // namespace entrepot::mapping
