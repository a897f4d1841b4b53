// Lists come in pages, and cards with what belongs to them.
#include <gtest/gtest.h>

#include "core/base/reason.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using scenarios::Story;

class Lists : public testing::Test {
 protected:
  Lists() {
    story_.Say("product BOLT");
    story_.Say("product NUT");
    story_.Say("warehouse MAIN transfer=0");
    story_.Say("client C-1");
    story_.Say("client C-2");
    story_.Say("price BOLT retail 10");
    for (int i = 0; i < 5; ++i) {
      story_.Say(i % 2 == 0 ? "order C-1: BOLT 1"
                            : "order C-2 wanted=2026-03-0" + std::to_string(9 - i) + ": BOLT 1");
    }
    story_.Say("cancel 1003 no");
  }

  std::vector<std::string> Orders(const std::string& client, v1::OrderStatus status,
                                  int page_size) {
    std::vector<std::string> numbers;
    v1::ListOrdersRequest request;
    request.set_client_code(client);
    request.set_status(status);
    request.set_page_size(page_size);
    do {
      const auto page = story_.trade().ordering.List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      EXPECT_LE(page->orders_size(), page_size);
      for (const v1::Record& order : page->orders()) numbers.push_back(order.order().number());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  }

  Story story_;
};

TEST_F(Lists, OrdersComeNewestFirst) {
  using Numbers = std::vector<std::string>;
  for (int page_size : {1, 2, 3, 100}) {
    EXPECT_EQ(Orders("", v1::ORDER_STATUS_UNSPECIFIED, page_size),
              (Numbers{"1005", "1004", "1003", "1002", "1001"}));
    EXPECT_EQ(Orders("", v1::ORDER_STATUS_OPEN, page_size),
              (Numbers{"1005", "1004", "1002", "1001"}));
    EXPECT_EQ(Orders("C-1", v1::ORDER_STATUS_UNSPECIFIED, page_size),
              (Numbers{"1005", "1003", "1001"}));
    EXPECT_EQ(Orders("C-1", v1::ORDER_STATUS_CANCELLED, page_size), Numbers{"1003"});
  }
}

TEST_F(Lists, StockRequestsComeByUrgency) {
  for (int page_size : {1, 2, 100}) {
    std::vector<std::string> numbers;
    v1::ListStockRequestsRequest request;
    request.set_status(v1::STOCK_REQUEST_STATUS_OPEN);
    request.set_page_size(page_size);
    do {
      const auto page = story_.trade().stock_requests.List(request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const v1::Record& each : page->stock_requests()) {
        numbers.push_back(each.stock_request().number());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(numbers, (std::vector<std::string>{"1004", "1002", "1001", "1005"}));
  }
}

TEST_F(Lists, RefuseATokenThatIsNotTheirs) {
  v1::ListOrdersRequest orders;
  orders.set_page_token("x");
  EXPECT_EQ(ReasonOf(story_.trade().ordering.List(orders).status()), "BAD_PAGE_TOKEN");
  v1::ListStockRequestsRequest requests;
  for (const char* token : {"7", "x/7", "2026-13-01/7", "-/x"}) {
    requests.set_page_token(token);
    EXPECT_EQ(ReasonOf(story_.trade().stock_requests.List(requests).status()), "BAD_PAGE_TOKEN");
  }
  v1::ListClientsRequest clients;
  clients.set_page_token("-1");
  EXPECT_EQ(ReasonOf(story_.trade().cards.ListClients(clients).status()), "BAD_PAGE_TOKEN");
  orders.set_page_token("");
  orders.set_client_code("C-9");
  EXPECT_EQ(ReasonOf(story_.trade().ordering.List(orders).status()), "CLIENT_NOT_FOUND");
}

TEST_F(Lists, CardsHoldWhatBelongsToThem) {
  story_.Say("contract K-1 C-1 days=5");
  story_.Say("relation BOLT NUT accessory");
  v1::GetClientRequest client;
  client.set_code("C-1");
  const auto card = story_.trade().cards.GetClient(client);
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ(card->client().client().code(), "C-1");
  ASSERT_EQ(card->contracts_size(), 1);
  EXPECT_EQ(card->contracts(0).contract().number(), "K-1");

  v1::GetProductRequest product;
  product.set_sku("NUT");
  const auto nut = story_.trade().cards.GetProduct(product);
  ASSERT_TRUE(nut.ok()) << nut.status();
  EXPECT_EQ(nut->relations_size(), 1);
  product.set_sku("SCREW");
  EXPECT_EQ(ReasonOf(story_.trade().cards.GetProduct(product).status()), "PRODUCT_NOT_FOUND");

  v1::ListProductsRequest list;
  list.set_page_size(1);
  auto page = story_.trade().cards.ListProducts(list);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->products(0).product().sku(), "BOLT");
  list.set_page_token(page->next_page_token());
  page = story_.trade().cards.ListProducts(list);
  EXPECT_EQ(page->products(0).product().sku(), "NUT");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(Lists, AStockRequestComesWithItsOrderClientAndProduct) {
  v1::GetStockRequestRequest request;
  request.set_number("1001");
  const auto found = story_.trade().stock_requests.Get(request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->order().order().number(), "1001");
  EXPECT_EQ(found->client().client().code(), "C-1");
  EXPECT_EQ(found->product().product().sku(), "BOLT");
  request.set_number("7");
  EXPECT_EQ(ReasonOf(story_.trade().stock_requests.Get(request).status()),
            "STOCK_REQUEST_NOT_FOUND");
}

}  // namespace
}  // namespace entrepot::trade
