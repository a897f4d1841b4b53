#include "core/trade/faults.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/domain/date.h"

namespace entrepot::trade::faults {
namespace {

using absl::StatusCode;

constexpr size_t kRequestIdMax = 64;
constexpr size_t kNumberBytesMax = 256;
constexpr size_t kRemarkBytesMax = 4000;

bool HasControl(std::string_view text, std::string_view but = "") {
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x20 || c == 0x7f) && but.find(static_cast<char>(c)) == std::string_view::npos;
  });
}

absl::Status BadText(std::string_view field, std::string_view what) {
  return Failure(StatusCode::kInvalidArgument, "BAD_TEXT", fmt::format("{}: {}", field, what));
}

absl::Status NotFound(std::string_view reason, std::string_view what, std::string_view name) {
  if (name.empty()) {
    return Failure(StatusCode::kNotFound, reason, fmt::format("the request names no {}", what));
  }
  return Failure(StatusCode::kNotFound, reason, fmt::format("there is no {} \"{}\"", what, name));
}

}  // namespace

absl::Status ProductNotFound(std::string_view sku) {
  return NotFound("PRODUCT_NOT_FOUND", "product with the article number", sku);
}
absl::Status ClientNotFound(std::string_view code) {
  return NotFound("CLIENT_NOT_FOUND", "client with the code", code);
}
absl::Status OrderNotFound(std::string_view number) {
  return NotFound("ORDER_NOT_FOUND", "order", number);
}
absl::Status StockRequestNotFound(std::string_view number) {
  return NotFound("STOCK_REQUEST_NOT_FOUND", "stock request", number);
}

absl::StatusOr<domain::Decimal> PositiveQuantity(const v1::Decimal& quantity,
                                                 std::string_view field) {
  auto value = domain::Decimal::From(quantity);
  if (!value.ok()) {
    return Failure(StatusCode::kInvalidArgument, "BAD_QUANTITY",
                   fmt::format("{}: {}", field, std::string(value.status().message())));
  }
  if (value->sign() <= 0) {
    return Failure(StatusCode::kInvalidArgument, "BAD_QUANTITY",
                   fmt::format("{}: {} is not above zero", field, value->ToString()));
  }
  return *value;
}

absl::StatusOr<absl::CivilDay> DayFrom(const v1::Date& date, absl::CivilDay today,
                                       std::string_view field) {
  const auto day = domain::ToDay(date);
  if (!day.ok()) {
    return Failure(StatusCode::kInvalidArgument, "BAD_DATE",
                   fmt::format("{}: {}", field, std::string(day.status().message())));
  }
  if (*day < today) {
    return Failure(StatusCode::kInvalidArgument, "BAD_DATE",
                   fmt::format("{}: {} is in the past; today is {}", field, domain::DayText(*day),
                               domain::DayText(today)));
  }
  return *day;
}

absl::Status CheckNumber(std::string_view text, std::string_view field) {
  if (text.size() > kNumberBytesMax) {
    return BadText(
        field, fmt::format("has {} bytes, at most {} can be kept", text.size(), kNumberBytesMax));
  }
  return HasControl(text) ? BadText(field, "holds a control character") : absl::OkStatus();
}

absl::Status CheckRemark(std::string_view text, std::string_view field) {
  if (text.size() > kRemarkBytesMax) {
    return BadText(
        field, fmt::format("has {} bytes, at most {} can be kept", text.size(), kRemarkBytesMax));
  }
  if (!HasControl(text, "\n\r\t")) return absl::OkStatus();
  return BadText(field, "holds a control character that is no line break");
}

absl::Status CheckRequestId(std::string_view request_id) {
  if (!request_id.empty() && request_id.size() <= kRequestIdMax && !HasControl(request_id)) {
    return absl::OkStatus();
  }
  return Failure(StatusCode::kInvalidArgument, "BAD_REQUEST_ID",
                 "request_id: give 1 to 64 characters that were never used for another request, "
                 "a UUID for example");
}

}  // namespace entrepot::trade::faults
