// Pages of lists: size and token of a request into store::Page, and the token of the next page.
// Tokens are opaque to callers and belong to one list with one filter. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"

namespace entrepot::api {

inline constexpr int kPageSizeDefault = 100;
inline constexpr int kPageSizeMax = 1000;

// `list` names the list and its filter: "records/product". INVALID_ARGUMENT (BAD_PAGE_TOKEN: it is
// none of this list; BAD_PAGE_SIZE).
absl::StatusOr<store::Page> PageOf(std::string_view list, int page_size, std::string_view token);

// As PageOf, with room for the one item more that ClosePage wants.
absl::StatusOr<store::Page> WiderPageOf(std::string_view list, int page_size,
                                        std::string_view token);

// The page after the item with this id.
std::string PageToken(std::string_view list, uint64_t last_id);

// Sets the next page's token where this page is full, and shortens it to what was asked for: one
// item more is read than is shown.
template <typename Item, typename Response>
void ClosePage(std::string_view list, const store::Page& page, std::vector<Item>* items,
               Response* response) {
  const auto limit = static_cast<size_t>(page.limit) - 1;
  if (items->size() <= limit) return;
  items->resize(limit);
  const auto& last = items->back();
  uint64_t id = 0;
  if constexpr (requires { last.id(); }) {
    id = last.id();
  } else {
    id = last.id;
  }
  response->set_next_page_token(PageToken(list, id));
}

}  // namespace entrepot::api
