#include "app/entrepot/values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "absl/time/time.h"
#include "app/entrepot/exit_code.h"
#include "core/base/absl_view.h"
#include "core/base/nearest.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/domain/enumeration.h"
#include "core/domain/units.h"
#include "google/protobuf/util/json_util.h"

namespace entrepot::cli {
namespace {

using google::protobuf::FieldDescriptor;

std::string Word(const google::protobuf::EnumValueDescriptor& value, char separator) {
  std::string word = domain::EnumWord(value);
  std::replace(word.begin(), word.end(), '_', separator);
  return word;
}

std::string ShowMessage(const google::protobuf::Message& message) {
  if (auto* decimal = dynamic_cast<const v1::Decimal*>(&message)) return Show(*decimal);
  if (auto* money = dynamic_cast<const v1::Money*>(&message)) return Show(*money);
  if (auto* date = dynamic_cast<const v1::Date*>(&message)) return Show(*date);
  if (auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) return Show(*time);
  if (auto* fraction = dynamic_cast<const v1::Fraction*>(&message)) {
    return fmt::format("{}/{}", fraction->numerator(), fraction->denominator());
  }
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

bool IsTerminalRussian() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* locale = std::getenv(name);
    if (locale != nullptr && *locale != '\0') return std::string_view(locale).starts_with("ru");
  }
  return false;
}

}  // namespace

std::string Show(const v1::Decimal& decimal) {
  const absl::StatusOr<domain::Decimal> exact = domain::Decimal::From(decimal);
  return exact.ok() ? exact->ToString() : "?";
}

std::string Show(const v1::Money& money) { return Show(money.amount()) + " " + money.currency(); }

std::string Show(const v1::Date& date) { return domain::DayText(date); }

std::string Show(const google::protobuf::Timestamp& timestamp) {
  const absl::TimeZone zone = absl::LocalTimeZone();
  const absl::Time time = absl::FromUnixSeconds(timestamp.seconds());
  std::string offset = absl::FormatTime("%Ez", time, zone);  // "+03:00"
  if (offset.ends_with(":00")) offset.resize(offset.size() - 3);
  if (zone.At(time).offset == 0) offset = "UTC";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S ", time, zone) + offset;
}

std::string ShowUnit(const std::string& code) {
  const domain::Unit* unit = domain::FindUnit(code);
  if (unit == nullptr) return code;
  const bool russian = IsTerminalRussian() && !unit->symbol_ru.empty();
  return std::string(russian ? unit->symbol_ru : unit->symbol);
}

std::string Show(const google::protobuf::EnumValueDescriptor& value) {
  return value.number() == 0 ? "" : Word(value, ' ');
}

std::string ShowCount(uint64_t count) {
  std::string digits = std::to_string(count);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return digits;
}

std::string ShowCount(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", ShowCount(count), noun, count == 1 ? "" : "s");
}

std::string ShowBytes(uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"bytes", "kB", "MB", "GB", "TB"};
  uint64_t tenths = bytes * 10;
  size_t unit = 0;
  while (tenths >= 10'000 && unit + 1 < kUnits.size()) {
    tenths = (tenths + 500) / 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{} {}", bytes, kUnits[0]);
  return fmt::format("{}.{} {}", tenths / 10, tenths % 10, kUnits[unit]);
}

bool IsValue(const google::protobuf::Descriptor& descriptor) {
  return &descriptor == v1::Decimal::descriptor() || &descriptor == v1::Money::descriptor() ||
         &descriptor == v1::Date::descriptor() || &descriptor == v1::Fraction::descriptor() ||
         &descriptor == google::protobuf::Timestamp::descriptor();
}

std::string ShowField(const google::protobuf::Message& message, const FieldDescriptor& field,
                      int index) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = one ? reflection.GetString(message, &field)
                             : reflection.GetRepeatedString(message, &field, index);
      return field.name() == "unit" ? ShowUnit(text) : text;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection.GetBool(message, &field)
                  : reflection.GetRepeatedBool(message, &field, index))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return Show(one ? *reflection.GetEnum(message, &field)
                      : *reflection.GetRepeatedEnum(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(one ? reflection.GetInt32(message, &field)
                                : reflection.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(one ? reflection.GetUInt32(message, &field)
                                : reflection.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(one ? reflection.GetInt64(message, &field)
                                : reflection.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(one ? reflection.GetUInt64(message, &field)
                                : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ShowMessage(one ? reflection.GetMessage(message, &field)
                             : reflection.GetRepeatedMessage(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE: return "?";  // the contracts have none
  }
  return "?";
}

absl::StatusOr<v1::Decimal> ReadDecimal(std::string_view what, std::string_view text) {
  const absl::StatusOr<domain::Decimal> decimal = domain::Decimal::Parse(text);
  if (decimal.ok()) return decimal->ToProto();
  return Usage(fmt::format("{} is \"{}\": {}", what, text, StdView(decimal.status().message())));
}

absl::StatusOr<v1::Date> ReadDate(std::string_view what, std::string_view text) {
  const absl::StatusOr<absl::CivilDay> day = domain::ParseDay(text);
  if (!day.ok()) return Usage(fmt::format("{} is \"{}\": write it as 2026-12-31", what, text));
  return domain::ToDate(*day);
}

absl::StatusOr<int> ReadEnum(std::string_view what, std::string_view text,
                             const google::protobuf::EnumDescriptor& descriptor) {
  if (text.empty()) return 0;
  std::vector<std::string> known;
  std::string list;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    if (descriptor.value(i)->number() == 0) continue;
    known.push_back(Word(*descriptor.value(i), '-'));
    if (known.back() == text) return descriptor.value(i)->number();
    list += (list.empty() ? "" : ", ") + known.back();
  }
  return Usage(fmt::format("{} is \"{}\": one of {} is possible{}", what, text, list,
                           DidYouMean(text, known)));
}

}  // namespace entrepot::cli
