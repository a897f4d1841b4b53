// Pages of lists: "page_size" and "page_token" of the requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace entrepot::trade {

// How many items a page has: 100 for 0, at most 1000.
int PageSize(int32_t page_size);

// A token is the id after which the page starts; 0: an empty token, the first page.
// INVALID_ARGUMENT (BAD_PAGE_TOKEN).
absl::StatusOr<uint64_t> AfterOf(std::string_view page_token);
std::string TokenOf(uint64_t id);
absl::Status BadPageToken(std::string_view page_token);

}  // namespace entrepot::trade
