// Pages of lists: size and token of a request into store::Page, and the token of the next page.
// Tokens are opaque to callers and belong to one list with one filter. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"

namespace entrepot::api {

inline constexpr int kPageSizeDefault = 100;
inline constexpr int kPageSizeMax = 1000;

// `list` names the list and its filter: "records/product". INVALID_ARGUMENT (BAD_PAGE_TOKEN: it is
// none of this list; BAD_PAGE_SIZE).
absl::StatusOr<store::Page> PageOf(std::string_view list, int page_size, std::string_view token);

// The page after the item with this id.
std::string PageToken(std::string_view list, uint64_t last_id);

}  // namespace entrepot::api
