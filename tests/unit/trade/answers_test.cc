// Every write wants a request id of its own.
#include "core/trade/answers.h"

#include <gtest/gtest.h>

#include "core/base/reason.h"
#include "core/trade/faults.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using scenarios::Story;

TEST(RequestId, Is1To64PrintableCharacters) {
  EXPECT_TRUE(faults::CheckRequestId("a").ok());
  EXPECT_TRUE(faults::CheckRequestId(std::string(64, 'a')).ok());
  EXPECT_TRUE(faults::CheckRequestId("заказ-17").ok());
  for (const std::string& wrong : {std::string(), std::string(65, 'a'), std::string("a\nb")}) {
    EXPECT_EQ(ReasonOf(faults::CheckRequestId(wrong)), "BAD_REQUEST_ID");
  }
}

TEST(RequestId, CannotBeMadeToMeanAClientsOrderNumber) {
  EXPECT_FALSE(faults::CheckRequestId(ClientOrderKey(1, "17")).ok());
}

TEST(RequestId, OfAnOrderThatWasRefusedIsFree) {
  Story story;
  story.Say("product BOLT");
  story.Say("client C-1");
  EXPECT_EQ(ReasonOf(story.Tell("order C-1 request=r-1: BOLT 1").status()), "NO_PRICE");
  story.Say("price BOLT retail 10");
  EXPECT_TRUE(story.Tell("order C-1 request=r-1: BOLT 1").ok());
}

TEST(RequestId, OutlivesARestart) {
  Story story;
  story.Say("product BOLT");
  story.Say("client C-1");
  story.Say("price BOLT retail 10");
  const std::string first = story.Say("order C-1 request=r-1: BOLT 1");
  story.Reopen();
  EXPECT_EQ(story.Say("order C-1 request=r-1: BOLT 1"), first);
}

}  // namespace
}  // namespace entrepot::trade
