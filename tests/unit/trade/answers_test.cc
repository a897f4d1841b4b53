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

TEST(Texts, OfRequestsAreBoundedAndPrintable) {
  EXPECT_TRUE(faults::CheckNumber("", "number").ok());
  EXPECT_TRUE(faults::CheckNumber("З-17/4", "number").ok());
  EXPECT_TRUE(faults::CheckRemark("Monday,\r\n\tby lorry", "remark").ok());
  EXPECT_TRUE(faults::CheckRemark(std::string(4000, 'a'), "remark").ok());
  for (const absl::Status& status :
       {faults::CheckNumber(std::string(257, 'a'), "number"), faults::CheckNumber("a\nb", "number"),
        faults::CheckRemark(std::string(4001, 'a'), "remark"),
        faults::CheckRemark(std::string("a\0b", 3), "remark"),
        faults::CheckRemark("\x1b[2J", "remark")}) {
    EXPECT_EQ(ReasonOf(status), "BAD_TEXT") << status;
  }
}

TEST(Texts, OfAnOrderAndOfItsEndAreLookedAtBeforeAnythingIsWritten) {
  Story story;
  story.Say("product BOLT");
  story.Say("client C-1");
  story.Say("price BOLT retail 10");
  const std::string long_text(5000, 'a');
  EXPECT_EQ(ReasonOf(story.Tell("order C-1 number=" + long_text + ": BOLT 1").status()),
            "BAD_TEXT");
  story.Say("order C-1: BOLT 1");
  EXPECT_EQ(ReasonOf(story.Tell("accept 1001 2026-03-05 " + long_text).status()), "BAD_TEXT");
  EXPECT_EQ(ReasonOf(story.Tell("decline 1001 " + long_text).status()), "BAD_TEXT");
  EXPECT_EQ(ReasonOf(story.Tell("cancel 1001 " + long_text).status()), "BAD_TEXT");
  EXPECT_EQ(story.Say("requests +open").find("1001") == std::string::npos, false);
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
