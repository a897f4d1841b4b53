// The rules that fields of many kinds share, for check*.cc. Each returns OK, or INVALID_ARGUMENT
// (INVALID_RECORD) "field: what is wrong". The good case allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::domain::check {

absl::Status Invalid(std::string_view field, std::string_view sentence);
// Puts where `inner` stands before its field: "lines[2].quantity: …".
absl::Status Within(const absl::Status& inner, std::string_view repeated, int index);
absl::Status Within(const absl::Status& inner, std::string_view message);

// Part of a key, or the id of another record: must be there.
absl::Status KeyText(std::string_view field, std::string_view text);
absl::Status Reference(std::string_view field, uint64_t id);

// Of decimals: the one form of a value; absent is zero, and so not positive.
absl::Status Number(std::string_view field, const v1::Decimal& number);
absl::Status NotNegative(std::string_view field, const v1::Decimal& number);
absl::Status Positive(std::string_view field, const v1::Decimal& number);
absl::Status Percent(std::string_view field, const v1::Decimal& number);

absl::Status Amount(std::string_view field, const v1::Money& money);
absl::Status CurrencyCode(std::string_view field, std::string_view code);
absl::Status UnitCode(std::string_view field, std::string_view code);

absl::Status Day(std::string_view field, const v1::Date& date);
absl::Status Time(std::string_view field, const google::protobuf::Timestamp& time);
// Of days from something to something, 0 to 3650.
absl::Status Days(std::string_view field, int days);

// An enumeration's value that is known and says something: check::Known("type", x.type(),
// v1::Type_IsValid).
template <typename Enum>
absl::Status Known(std::string_view field, Enum value, bool (*is_valid)(int)) {
  if (value != 0 && is_valid(value)) [[likely]] {
    return absl::OkStatus();
  }
  return Invalid(field, value == 0 ? "is missing" : "is a value that this release does not know");
}

// The days of a period: the first is not after the last.
absl::Status InOrder(const v1::Date& valid_from, const v1::Date& valid_until);

// valid_from and valid_until of a message: both days, the first not after the second.
template <typename Message>
absl::Status Validity(const Message& message) {
  if (message.has_valid_from()) {
    if (absl::Status status = Day("valid_from", message.valid_from()); !status.ok()) return status;
  }
  if (!message.has_valid_until()) return absl::OkStatus();
  if (absl::Status status = Day("valid_until", message.valid_until()); !status.ok()) return status;
  return message.has_valid_from() ? InOrder(message.valid_from(), message.valid_until())
                                  : absl::OkStatus();
}

}  // namespace entrepot::domain::check
