#include "core/api/page.h"

#include <gtest/gtest.h>

#include "core/base/reason.h"

namespace entrepot::api {
namespace {

TEST(Page, GoesOnAfterTheLastItem) {
  const absl::StatusOr<store::Page> page =
      PageOf("records/product", 0, PageToken("records/product", 17));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->after, 17u);
  EXPECT_EQ(page->limit, kPageSizeDefault);
}

TEST(Page, RefusesTokensOfOtherLists) {
  const std::string other = PageToken("records/client", 17);
  EXPECT_EQ(ReasonOf(PageOf("records/product", 10, other).status()), "BAD_PAGE_TOKEN");
  EXPECT_EQ(ReasonOf(PageOf("records/product", 10, "17").status()), "BAD_PAGE_TOKEN");
}

TEST(Page, RefusesSizesOutOfRange) {
  EXPECT_EQ(ReasonOf(PageOf("runs/", -1, "").status()), "BAD_PAGE_SIZE");
  EXPECT_EQ(ReasonOf(PageOf("runs/", kPageSizeMax + 1, "").status()), "BAD_PAGE_SIZE");
}

}  // namespace
}  // namespace entrepot::api
