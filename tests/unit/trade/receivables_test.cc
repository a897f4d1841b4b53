// What clients owe, where the scenarios do not tell it: restarts, pages, wrong requests.
#include <gtest/gtest.h>

#include "core/base/reason.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using scenarios::Story;

class ReceivablesTest : public testing::Test {
 protected:
  ReceivablesTest() {
    for (const char* line : {"product BOLT", "warehouse MAIN transfer=0", "price BOLT retail 100",
                             "stock BOLT MAIN 1000", "client C-1", "client C-2", "client C-3"}) {
      story_.Say(line);
    }
    for (const char* client : {"C-1", "C-2", "C-3"}) {
      story_.Say(std::string("order ") + client + ": BOLT 1");
    }
    for (const char* number : {"1001", "1002", "1003"}) story_.Say(std::string("ship ") + number);
  }

  Story story_;
};

TEST_F(ReceivablesTest, AreTheSameAfterARestart) {
  story_.Say("payment PP-1 C-1 20 invoice=1001-1");
  story_.Say("payment PP-2 C-1 7");
  story_.Say("payment PP-3 C-1 1");
  story_.Say("delete payment PP-3");
  story_.Say("accounting C-1 93");
  const std::string before = story_.Say("receivables C-1 +all");
  story_.Reopen();
  EXPECT_EQ(story_.Say("receivables C-1 +all"), before);
  EXPECT_EQ(before.substr(0, before.find('\n')),
            "93 RUB; accounting 93 since 2026-03-02 difference 0");
}

TEST_F(ReceivablesTest, FollowAPaymentThatTurnsOutToBeAnothers) {
  story_.Say("payment PP-1 C-1 120");
  EXPECT_EQ(story_.Say("debtors"), "C-2 120 RUB\nC-3 120 RUB\n");
  story_.Say("payment PP-1 C-2 120");
  EXPECT_EQ(story_.Say("debtors"), "C-1 120 RUB\nC-3 120 RUB\n");
}

TEST_F(ReceivablesTest, OutliveTheClientsRecord) {
  story_.Say("delete client C-2");
  EXPECT_EQ(story_.Say("debtors"), "C-1 120 RUB\nC-2 120 RUB\nC-3 120 RUB\n");
}

TEST_F(ReceivablesTest, OfAllClientsComeInPages) {
  story_.Say("payment PP-1 C-2 120");
  for (int page_size : {1, 2, 100}) {
    std::vector<std::string> codes;
    v1::ListReceivablesRequest request;
    request.set_page_size(page_size);
    do {
      const auto page = story_.trade().receivables.List(request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const v1::ClientReceivables& client : page->clients()) codes.push_back(client.code());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(codes, (std::vector<std::string>{"C-1", "C-3"}));
  }
}

TEST_F(ReceivablesTest, RefuseADateThatIsNone) {
  v1::GetReceivablesRequest request;
  request.set_code("C-1");
  request.mutable_on()->set_year(2026);
  request.mutable_on()->set_month(2);
  request.mutable_on()->set_day(30);
  EXPECT_EQ(ReasonOf(story_.trade().receivables.Get(request).status()), "BAD_DATE");
  v1::ListReceivablesRequest list;
  *list.mutable_on() = request.on();
  EXPECT_EQ(ReasonOf(story_.trade().receivables.List(list).status()), "BAD_DATE");
  list.clear_on();
  list.set_page_token("x");
  EXPECT_EQ(ReasonOf(story_.trade().receivables.List(list).status()), "BAD_PAGE_TOKEN");
}

}  // namespace
}  // namespace entrepot::trade
