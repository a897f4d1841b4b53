#include "core/api/page.h"

#include <fmt/core.h>

#include <charconv>

#include "core/base/digest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::api {
namespace {

constexpr size_t kTokenLength = 32;  // two numbers of 16 hexadecimal digits

uint64_t Seal(std::string_view list, uint64_t last_id) {
  return DigestOf64(fmt::format("{}\n{}", list, last_id));
}

bool ReadHex(std::string_view text, uint64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

absl::StatusOr<store::Page> PageOf(std::string_view list, int page_size, std::string_view token) {
  if (page_size < 0 || page_size > kPageSizeMax) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_PAGE_SIZE",
                   fmt::format("page_size is {}: 1 to {}, or 0 for {}", page_size, kPageSizeMax,
                               kPageSizeDefault));
  }
  store::Page page;
  page.limit = page_size == 0 ? kPageSizeDefault : page_size;
  if (token.empty()) return page;
  uint64_t last_id = 0;
  uint64_t seal = 0;
  if (token.size() != kTokenLength || !ReadHex(token.substr(0, 16), &last_id) ||
      !ReadHex(token.substr(16), &seal) || seal != Seal(list, last_id)) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_PAGE_TOKEN",
                   "page_token is not the next_page_token of this list with this filter: start "
                   "again without one");
  }
  page.after = last_id;
  return page;
}

absl::StatusOr<store::Page> WiderPageOf(std::string_view list, int page_size,
                                        std::string_view token) {
  ASSIGN_OR_RETURN(store::Page page, PageOf(list, page_size, token));
  ++page.limit;
  return page;
}

std::string PageToken(std::string_view list, uint64_t last_id) {
  return fmt::format("{:016x}{:016x}", last_id, Seal(list, last_id));
}

}  // namespace entrepot::api
