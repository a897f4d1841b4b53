#include "core/domain/settlement.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace entrepot::domain {
namespace {

constexpr size_t kOnAccount = Receipt::kOnAccount;

Decimal Kopecks(int64_t kopecks) {
  return Decimal::FromBillionths(static_cast<__int128>(kopecks) * 10'000'000);
}

Charge Invoice(const char* number, int day, int64_t amount) {
  return {number, absl::CivilDay(2026, 3, day), amount};
}

Receipt Paid(const char* document, int day, int64_t amount, size_t charge = kOnAccount) {
  return {document, absl::CivilDay(2026, 3, day), amount, charge};
}

// "I-1 open 40: P-1 60; I-2 open 0: P-1 40 P-2 10; unsettled P-3 5; on account 5; balance 35".
std::string Text(const std::vector<Charge>& charges, const std::vector<Receipt>& receipts) {
  const Settlement settled = Settle(charges, receipts);
  std::string text;
  const auto add = [&](const Share& share) {
    text += fmt::format(" {} {}", receipts[share.receipt].document, share.amount.ToString());
  };
  for (size_t i = 0; i < charges.size(); ++i) {
    text += fmt::format("{} open {}:", charges[i].document, settled.charges[i].open.ToString());
    for (const Share& share : settled.charges[i].settled_by) add(share);
    text += "; ";
  }
  text += "unsettled";
  for (const Share& share : settled.unsettled) add(share);
  return text + fmt::format("; on account {}; balance {}", settled.on_account.ToString(),
                            settled.balance.ToString());
}

TEST(Settle, APaymentSettlesTheInvoiceItNames) {
  EXPECT_EQ(Text({Invoice("I-1", 1, 100), Invoice("I-2", 2, 100)}, {Paid("P-1", 3, 60, 1)}),
            "I-1 open 100:; I-2 open 40: P-1 60; unsettled; on account 0; balance 140");
}

TEST(Settle, APaymentOnAccountSettlesTheOldestFirst) {
  EXPECT_EQ(Text({Invoice("I-2", 2, 100), Invoice("I-1", 1, 100)}, {Paid("P-1", 3, 150)}),
            "I-2 open 50: P-1 50; I-1 open 0: P-1 100; unsettled; on account 0; balance 50");
}

TEST(Settle, OfOneDayTheSmallerNumberIsOlder) {
  EXPECT_EQ(Text({Invoice("I-2", 1, 100), Invoice("I-1", 1, 100)}, {Paid("P-1", 3, 100)}),
            "I-2 open 100:; I-1 open 0: P-1 100; unsettled; on account 0; balance 100");
}

TEST(Settle, WhatIsPaidTooMuchSettlesOthersAndThenWaits) {
  EXPECT_EQ(
      Text({Invoice("I-1", 1, 100), Invoice("I-2", 2, 30)}, {Paid("P-1", 3, 200, 0)}),
      "I-1 open 0: P-1 100; I-2 open 0: P-1 30; unsettled P-1 70; on account 70; balance -70");
}

TEST(Settle, APaymentThatNamesAnInvoiceComesBeforeOlderOnesOnAccount) {
  EXPECT_EQ(Text({Invoice("I-1", 1, 100)}, {Paid("P-1", 1, 100), Paid("P-2", 5, 100, 0)}),
            "I-1 open 0: P-2 100; unsettled P-1 100; on account 100; balance -100");
}

TEST(Settle, PrepaymentsSettleLaterInvoices) {
  EXPECT_EQ(Text({Invoice("I-1", 9, 100)}, {Paid("P-1", 1, 120)}),
            "I-1 open 0: P-1 100; unsettled P-1 20; on account 20; balance -20");
}

TEST(Settle, AReturnTakesBackTheNewestPayment) {
  EXPECT_EQ(Text({Invoice("I-1", 1, 100)},
                 {Paid("P-1", 2, 60, 0), Paid("P-2", 3, 40, 0), Paid("P-3", 4, -50, 0)}),
            "I-1 open 50: P-1 50; unsettled; on account 0; balance 50");
  EXPECT_EQ(Text({Invoice("I-1", 1, 100)}, {Paid("P-1", 2, 150), Paid("P-2", 3, -50)}),
            "I-1 open 0: P-1 100; unsettled; on account 0; balance 0");
}

TEST(Settle, AReturnBeyondAllPaymentsIsOwed) {
  EXPECT_EQ(Text({Invoice("I-1", 1, 100)}, {Paid("P-1", 2, 100, 0), Paid("P-2", 3, -30)}),
            "I-1 open 0: P-1 100; unsettled; on account -30; balance 30");
  EXPECT_EQ(Text({}, {Paid("P-1", 3, -30)}), "unsettled; on account -30; balance 30");
}

TEST(Settle, NothingIsEven) { EXPECT_EQ(Text({}, {}), "unsettled; on account 0; balance 0"); }

// Any client's account: names are held here, because charges and receipts borrow them.
struct Books {
  std::vector<std::string> names;
  std::vector<Charge> charges;
  std::vector<Receipt> receipts;
};

Books AnyBooks() {
  Books books;
  const int charges = *rc::gen::inRange(0, 12);
  const int receipts = *rc::gen::inRange(0, 16);
  const auto day = [] { return absl::CivilDay(2026, 3, *rc::gen::inRange(1, 6)); };
  for (int i = 0; i < charges; ++i) books.names.push_back(fmt::format("I-{}", i));
  for (int i = 0; i < receipts; ++i) books.names.push_back(fmt::format("P-{}", i));
  for (int i = 0; i < charges; ++i) {
    books.charges.push_back({books.names[i], day(), Kopecks(*rc::gen::inRange(0, 50'000))});
  }
  for (int i = 0; i < receipts; ++i) {
    const int named = *rc::gen::inRange(-2, std::max(charges, 1));
    books.receipts.push_back({books.names[charges + i], day(),
                              Kopecks(*rc::gen::inRange(-20'000, 50'000)),
                              named < 0 || charges == 0 ? kOnAccount : static_cast<size_t>(named)});
  }
  return books;
}

RC_GTEST_PROP(SettleProperty, LosesNothingAndMakesNothing, ()) {
  const Books books = AnyBooks();
  const Settlement settled = Settle(books.charges, books.receipts);
  Decimal invoiced, paid, open;
  std::vector<Decimal> used(books.receipts.size());
  for (size_t i = 0; i < books.charges.size(); ++i) {
    Decimal sum = settled.charges[i].open;
    RC_ASSERT(sum.sign() >= 0 && sum <= books.charges[i].amount);
    open += sum;
    invoiced += books.charges[i].amount;
    for (const Share& share : settled.charges[i].settled_by) {
      RC_ASSERT(share.amount.sign() > 0);
      sum += share.amount;
      used[share.receipt] += share.amount;
    }
    RC_ASSERT(sum == books.charges[i].amount);
  }
  Decimal unsettled;
  for (const Share& share : settled.unsettled) {
    used[share.receipt] += share.amount;
    unsettled += share.amount;
  }
  for (size_t i = 0; i < books.receipts.size(); ++i) {
    paid += books.receipts[i].amount;
    RC_ASSERT(used[i] <= std::max(books.receipts[i].amount, Decimal()));
  }
  RC_ASSERT(settled.balance == invoiced - paid);
  RC_ASSERT(open - settled.on_account == invoiced - paid);
  // Money waits only where nothing is open, and is owed back only where none is left.
  if (unsettled.sign() > 0) RC_ASSERT(open.sign() == 0);
  RC_ASSERT(settled.on_account == unsettled || unsettled.sign() == 0);
}

RC_GTEST_PROP(SettleProperty, IsTheSameInAnyOrderOfArrival, ()) {
  const Books books = AnyBooks();
  std::mt19937_64 random(*rc::gen::arbitrary<uint64_t>());
  std::vector<size_t> charge_order(books.charges.size()), receipt_order(books.receipts.size());
  for (size_t i = 0; i < charge_order.size(); ++i) charge_order[i] = i;
  for (size_t i = 0; i < receipt_order.size(); ++i) receipt_order[i] = i;
  std::shuffle(charge_order.begin(), charge_order.end(), random);
  std::shuffle(receipt_order.begin(), receipt_order.end(), random);
  std::vector<size_t> new_index(charge_order.size());
  std::vector<Charge> charges;
  for (const size_t i : charge_order) {
    new_index[i] = charges.size();
    charges.push_back(books.charges[i]);
  }
  std::vector<Receipt> receipts;
  for (const size_t i : receipt_order) {
    receipts.push_back(books.receipts[i]);
    if (receipts.back().charge != kOnAccount)
      receipts.back().charge = new_index[receipts.back().charge];
  }
  // By document, so that the indices do not matter.
  const auto shown = [](const std::vector<Charge>& cs, const std::vector<Receipt>& rs) {
    std::map<std::string, std::string> lines;
    const Settlement settled = Settle(cs, rs);
    const auto text = [&](const std::vector<Share>& shares) {
      std::string line;
      for (const Share& share : shares) {
        line += fmt::format("{} {}; ", rs[share.receipt].document, share.amount.ToString());
      }
      return line;
    };
    for (size_t i = 0; i < cs.size(); ++i) {
      lines[std::string(cs[i].document)] =
          settled.charges[i].open.ToString() + ": " + text(settled.charges[i].settled_by);
    }
    lines["unsettled"] = settled.on_account.ToString() + ": " + text(settled.unsettled);
    return lines;
  };
  RC_ASSERT(shown(books.charges, books.receipts) == shown(charges, receipts));
}

}  // namespace
}  // namespace entrepot::domain
