// Values of the contracts as people read them, and back. Pure.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::cli {

std::string Show(const v1::Decimal& decimal);  // "12.5"
std::string Show(const v1::Money& money);      // "12.50 EUR"
std::string Show(const v1::Date& date);        // "2026-12-01"
// In the terminal's zone (TZ), which it names: "2026-12-01 09:30:00 +03", "2026-12-01 06:30:00
// UTC".
std::string Show(const google::protobuf::Timestamp& timestamp);
// The symbol of a unit of measure, Russian where the terminal (LC_ALL, LC_MESSAGES, LANG) is: "pcs"
// or "шт" for H87. An unknown code stays.
std::string ShowUnit(const std::string& code);
// "partially accepted" for LINE_OUTCOME_PARTIALLY_ACCEPTED; empty for UNSPECIFIED.
std::string Show(const google::protobuf::EnumValueDescriptor& value);
template <typename Enum>
std::string ShowEnum(Enum value) {
  const auto* descriptor =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
  return descriptor == nullptr ? std::to_string(static_cast<int>(value)) : Show(*descriptor);
}
// "1,234,567".
std::string ShowCount(uint64_t count);
// "3 rows", "1 row".
std::string ShowCount(uint64_t count, std::string_view noun);
// "1.4 MB".
std::string ShowBytes(uint64_t bytes);

// One value of a field that is set; `index` of a repeated field, else -1. Messages other than those
// above as one-line JSON.
std::string ShowField(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, int index = -1);
// Messages that are shown as one value.
bool IsValue(const google::protobuf::Descriptor& descriptor);

// Usage errors (exit_code.h) that name `what`.
absl::StatusOr<v1::Decimal> ReadDecimal(std::string_view what, std::string_view text);
absl::StatusOr<v1::Date> ReadDate(std::string_view what, std::string_view text);
// "open" for ORDER_STATUS_OPEN; 0 for an empty text.
absl::StatusOr<int> ReadEnum(std::string_view what, std::string_view text,
                             const google::protobuf::EnumDescriptor& descriptor);

}  // namespace entrepot::cli
