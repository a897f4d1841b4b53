// The errors that several operations of trade answer with, and the checks of requests that lead to
// them. Each says what is wrong and what to do.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::trade::faults {

absl::Status ProductNotFound(std::string_view sku);
absl::Status ClientNotFound(std::string_view code);
absl::Status OrderNotFound(std::string_view number);
absl::Status StockRequestNotFound(std::string_view number);

// INVALID_ARGUMENT (BAD_QUANTITY) where it is malformed, or not above zero. `field` names it.
absl::StatusOr<domain::Decimal> PositiveQuantity(const v1::Decimal& quantity,
                                                 std::string_view field);
// INVALID_ARGUMENT (BAD_DATE) where it is no day, or before today.
absl::StatusOr<absl::CivilDay> DayFrom(const v1::Date& date, absl::CivilDay today,
                                       std::string_view field);
// Of a document's number in somebody else's books, and of what people write; both may be empty.
// INVALID_ARGUMENT (BAD_TEXT): longer than 256 and 4000 bytes, or a control character, of which a
// remark may hold line breaks and tabs.
absl::Status CheckNumber(std::string_view text, std::string_view field);
absl::Status CheckRemark(std::string_view text, std::string_view field);
// INVALID_ARGUMENT (BAD_REQUEST_ID): 1 to 64 characters, none of them a control character.
absl::Status CheckRequestId(std::string_view request_id);

}  // namespace entrepot::trade::faults
