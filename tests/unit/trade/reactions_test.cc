// Reactions do their work once, in bounded steps, wherever they were stopped.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "core/trade/records.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using scenarios::Story;
using v1::Record;

void Given(Story& story) {
  story.Say("product BOLT");
  story.Say("warehouse MAIN transfer=0");
  story.Say("client C-1");
  story.Say("price BOLT retail 10");
}

uint64_t Count(Story& story, domain::Kind kind) {
  const auto snapshot = story.store().Read();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return (*snapshot)->Count(kind).value();
}

std::string Cursor(Story& story, std::string_view name) {
  return story.store().Read().value()->Cursor(name).value();
}

// A line that waits, placed without the reactions that follow a told line.
void Order(Story& story, int number, int quantity) {
  v1::PlaceOrderRequest request;
  request.set_request_id("r-" + std::to_string(number));
  request.set_client_code("C-1");
  request.add_lines()->set_sku("BOLT");
  request.mutable_lines(0)->mutable_quantity()->set_units(quantity);
  ASSERT_TRUE(story.trade().ordering.Place(request, "api:test").ok());
}

TEST(Reactions, ServeMoreLinesThanOneStepTakes) {
  Story story;
  Given(story);
  constexpr int kOrders = 250;
  for (int i = 0; i < kOrders; ++i) Order(story, i, 1);
  story.Say("stock BOLT MAIN 249");
  EXPECT_EQ(story.Say("show-order 1249").substr(0, 40),
            "order 1249 open\n  1 BOLT 1: 1 from MAIN\n");
  EXPECT_NE(story.Say("show-order 1250").find("1 back-ordered"), std::string::npos);
  EXPECT_EQ(story.Say("requests +open").find('\n'), story.Say("requests +open").size() - 1);
}

TEST(Reactions, ChangeNothingWhenTheyReadTheSameAgain) {
  Story story;
  Given(story);
  story.Say("order C-1: BOLT 5");
  story.Say("stock BOLT MAIN 3");
  story.Say("clock +1m");
  story.Say("ship 1001");
  const uint64_t head = story.store().log_head();
  ASSERT_EQ(Count(story, Record::kInvoice), 1U);
  for (const char* name : {"reaction:invoice", "reaction:promises"}) {
    EXPECT_EQ(Cursor(story, name), std::to_string(head));
    ASSERT_TRUE(story.store()
                    .Write([&](store::Transaction& transaction) {
                      return transaction.SetCursor(name, "0");
                    })
                    .ok());
  }
  story.Reopen();
  ASSERT_TRUE(story.trade().reactions.RunOnce().ok());
  EXPECT_EQ(story.store().log_head(), head);
  EXPECT_EQ(Cursor(story, "reaction:invoice"), std::to_string(head));
}

TEST(Reactions, CatchUpWithWhatCameWhileTheHubWasDown) {
  Story story;
  Given(story);
  story.Say("stock BOLT MAIN 5");
  Order(story, 1, 2);
  v1::ShipOrderRequest ship;
  ship.set_request_id("s-1");
  ship.set_number("1001");
  ASSERT_TRUE(story.trade().ordering.Ship(ship, "api:test").ok());
  EXPECT_EQ(Count(story, Record::kInvoice), 0U);
  story.Reopen();
  ASSERT_TRUE(story.trade().reactions.RunOnce().ok());
  EXPECT_EQ(Count(story, Record::kInvoice), 1U);
}

TEST(Reactions, RunByThemselvesOnceStarted) {
  Story story;
  Given(story);
  story.Say("stock BOLT MAIN 5");
  story.trade().reactions.Start();
  Order(story, 1, 2);
  v1::ShipOrderRequest ship;
  ship.set_request_id("s-1");
  ship.set_number("1001");
  ASSERT_TRUE(story.trade().ordering.Ship(ship, "api:test").ok());
  for (int tries = 0; tries < 1000 && Count(story, Record::kInvoice) == 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(Count(story, Record::kInvoice), 1U);
  story.trade().reactions.Stop();
  story.trade().reactions.Stop();
}

TEST(Reactions, WriteInTheirOwnName) {
  Story story;
  Given(story);
  story.Say("order C-1: BOLT 5");
  story.Say("stock BOLT MAIN 5");
  v1::GetOrderRequest request;
  request.set_number("1001");
  EXPECT_EQ(story.trade().ordering.Get(request)->order().origin(), "reaction:promises");
  story.Say("ship 1001");
  const auto order = story.trade().ordering.Get(request);
  EXPECT_EQ(order->order().origin(), "api:anna");
  EXPECT_EQ(order->invoices(0).origin(), "reaction:invoice");
}

}  // namespace
}  // namespace entrepot::trade
