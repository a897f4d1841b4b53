#include "core/domain/lifecycle.h"

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

// "ORDER_STATUS_SHIPPED" as people say it: "shipped". No name: a number of a later release.
std::string Word(const std::string& name, std::string_view prefix) {
  if (name.empty()) return "in an unknown state";
  return absl::AsciiStrToLower(name.substr(prefix.size()));
}

std::string Word(v1::OrderStatus status) {
  return Word(v1::OrderStatus_Name(status), "ORDER_STATUS_");
}

std::string Word(v1::StockRequestStatus status) {
  return Word(v1::StockRequestStatus_Name(status), "STOCK_REQUEST_STATUS_");
}

template <typename Status>
absl::Status Check(Status before, Status after, std::string_view what,
                   std::string_view closed_reason) {
  if (MayFollow(before, after)) return absl::OkStatus();
  if (IsClosed(before)) {
    return Failure(
        absl::StatusCode::kFailedPrecondition, closed_reason,
        fmt::format("the {} is {}: nothing more can be done with it", what, Word(before)));
  }
  return Failure(absl::StatusCode::kInvalidArgument, "BAD_STATUS",
                 fmt::format("the {} is {} and cannot become {}", what, Word(before), Word(after)));
}

}  // namespace

bool IsClosed(v1::OrderStatus status) {
  return status == v1::ORDER_STATUS_SHIPPED || status == v1::ORDER_STATUS_CANCELLED;
}

bool IsClosed(v1::StockRequestStatus status) {
  return status == v1::STOCK_REQUEST_STATUS_DECLINED ||
         status == v1::STOCK_REQUEST_STATUS_ARRIVED || status == v1::STOCK_REQUEST_STATUS_CANCELLED;
}

bool MayFollow(v1::OrderStatus before, v1::OrderStatus after) {
  if (!v1::OrderStatus_IsValid(after) || after == v1::ORDER_STATUS_UNSPECIFIED) return false;
  if (before == v1::ORDER_STATUS_UNSPECIFIED) return after == v1::ORDER_STATUS_OPEN;
  return before == after || !IsClosed(before);
}

bool MayFollow(v1::StockRequestStatus before, v1::StockRequestStatus after) {
  if (!v1::StockRequestStatus_IsValid(after)) return false;
  if (after == v1::STOCK_REQUEST_STATUS_UNSPECIFIED) return false;
  if (before == v1::STOCK_REQUEST_STATUS_UNSPECIFIED) {
    return after == v1::STOCK_REQUEST_STATUS_OPEN;
  }
  if (before == after) return true;
  return !IsClosed(before) && after != v1::STOCK_REQUEST_STATUS_OPEN;
}

absl::Status CheckTransition(v1::OrderStatus before, v1::OrderStatus after) {
  return Check(before, after, "order", "ORDER_CLOSED");
}

absl::Status CheckTransition(v1::StockRequestStatus before, v1::StockRequestStatus after) {
  return Check(before, after, "stock request", "STOCK_REQUEST_CLOSED");
}

}  // namespace entrepot::domain
