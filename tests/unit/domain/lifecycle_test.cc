#include "core/domain/lifecycle.h"

#include <gtest/gtest.h>

#include "core/base/absl_view.h"
#include "core/base/reason.h"

namespace entrepot::domain {
namespace {

TEST(OrderLifecycle, StartsOpenAndEndsShippedOrCancelled) {
  EXPECT_TRUE(MayFollow(v1::ORDER_STATUS_UNSPECIFIED, v1::ORDER_STATUS_OPEN));
  EXPECT_FALSE(MayFollow(v1::ORDER_STATUS_UNSPECIFIED, v1::ORDER_STATUS_SHIPPED));
  EXPECT_TRUE(MayFollow(v1::ORDER_STATUS_OPEN, v1::ORDER_STATUS_SHIPPED));
  EXPECT_TRUE(MayFollow(v1::ORDER_STATUS_OPEN, v1::ORDER_STATUS_CANCELLED));
  EXPECT_FALSE(MayFollow(v1::ORDER_STATUS_SHIPPED, v1::ORDER_STATUS_CANCELLED));
  EXPECT_FALSE(MayFollow(v1::ORDER_STATUS_CANCELLED, v1::ORDER_STATUS_OPEN));
  EXPECT_FALSE(MayFollow(v1::ORDER_STATUS_OPEN, v1::ORDER_STATUS_UNSPECIFIED));
}

TEST(OrderLifecycle, SaysWhyNothingMoreCanBeDone) {
  const absl::Status status = CheckTransition(v1::ORDER_STATUS_SHIPPED, v1::ORDER_STATUS_CANCELLED);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ORDER_CLOSED");
  EXPECT_EQ(StdView(status.message()), "the order is shipped: nothing more can be done with it");
  EXPECT_TRUE(CheckTransition(v1::ORDER_STATUS_OPEN, v1::ORDER_STATUS_OPEN).ok());
}

TEST(StockRequestLifecycle, LetsAPromiseBeMovedOrEnded) {
  EXPECT_TRUE(MayFollow(v1::STOCK_REQUEST_STATUS_OPEN, v1::STOCK_REQUEST_STATUS_ACCEPTED));
  EXPECT_TRUE(MayFollow(v1::STOCK_REQUEST_STATUS_ACCEPTED, v1::STOCK_REQUEST_STATUS_ACCEPTED));
  EXPECT_TRUE(MayFollow(v1::STOCK_REQUEST_STATUS_ACCEPTED, v1::STOCK_REQUEST_STATUS_DECLINED));
  EXPECT_TRUE(MayFollow(v1::STOCK_REQUEST_STATUS_OPEN, v1::STOCK_REQUEST_STATUS_ARRIVED));
  EXPECT_FALSE(MayFollow(v1::STOCK_REQUEST_STATUS_ACCEPTED, v1::STOCK_REQUEST_STATUS_OPEN));
}

TEST(StockRequestLifecycle, LetsNothingFollowAClosedState) {
  for (const auto closed : {v1::STOCK_REQUEST_STATUS_DECLINED, v1::STOCK_REQUEST_STATUS_ARRIVED,
                            v1::STOCK_REQUEST_STATUS_CANCELLED}) {
    EXPECT_TRUE(IsClosed(closed));
    const absl::Status status = CheckTransition(closed, v1::STOCK_REQUEST_STATUS_ACCEPTED);
    EXPECT_EQ(ReasonOf(status), "STOCK_REQUEST_CLOSED");
  }
  EXPECT_EQ(
      ReasonOf(CheckTransition(v1::STOCK_REQUEST_STATUS_ACCEPTED, v1::STOCK_REQUEST_STATUS_OPEN)),
      "BAD_STATUS");
  EXPECT_EQ(ReasonOf(CheckTransition(v1::STOCK_REQUEST_STATUS_OPEN,
                                     static_cast<v1::StockRequestStatus>(99))),
            "BAD_STATUS");
}

}  // namespace
}  // namespace entrepot::domain
