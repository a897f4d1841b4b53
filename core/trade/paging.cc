#include "core/trade/paging.h"

#include <fmt/core.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"

namespace entrepot::trade {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

}  // namespace

int PageSize(int32_t page_size) {
  return page_size == 0 ? kPageSizeDefault : std::clamp<int>(page_size, 1, kPageSizeMax);
}

absl::StatusOr<uint64_t> AfterOf(std::string_view page_token) {
  uint64_t id = 0;
  if (page_token.empty()) return id;
  if (!absl::SimpleAtoi(AbslView(page_token), &id)) return BadPageToken(page_token);
  return id;
}

std::string TokenOf(uint64_t id) { return std::to_string(id); }

absl::Status BadPageToken(std::string_view page_token) {
  return Failure(
      absl::StatusCode::kInvalidArgument, "BAD_PAGE_TOKEN",
      fmt::format("page_token: \"{}\" is not a next_page_token of this list", page_token));
}

}  // namespace entrepot::trade
