// Payments and balances that are read from an accountant's journal, with the real hledger.
#include <gtest/gtest.h>

#include "books.h"

namespace entrepot::test {
namespace {

using Rows = std::vector<std::string>;

class Payments : public BooksTest {
 protected:
  void SetUp() override {
    datasets_ = {{"invoices", "invoice"}, {"payments", "payment"}, {"balances", "account_balance"}};
    std::string name = testing::TempDir() + "/payments-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "hub.journal";
    journal_ = folder_ / "accountant.journal";
    ASSERT_TRUE(OpenBooks().ok());
  }

  Outcome OpenBooks(std::vector<std::pair<std::string, std::string>> options = {}) {
    options.emplace_back("journal", journal_.string());
    return Open(options);
  }

  // Another content always has another size or time.
  void Keep(const std::string& text) {
    std::ofstream(journal_, std::ios::binary) << "include hub.journal\n\n" << text;
  }

  // Cells joined by "|", those of `columns` only.
  static Rows Shown(const connector::ReadResponse& batch, const std::vector<std::string>& columns) {
    Rows shown;
    for (const connector::Row& row : batch.rows().rows()) {
      std::string text;
      for (const std::string& column : columns) {
        for (int i = 0; i < row.cells_size(); ++i) {
          if (batch.rows().columns(i) == column) text += (text.empty() ? "" : "|") + row.cells(i);
        }
      }
      shown.push_back(text);
    }
    return shown;
  }

  // Reads on from cursor_ until the end.
  Rows Read(const std::string& dataset, const std::vector<std::string>& columns,
            bool full = false) {
    Rows rows;
    connector::ReadRequest request;
    request.set_dataset(dataset);
    request.set_rows_max(100);
    request.set_bytes_max(1 << 20);
    request.set_full(full);
    request.set_cursor(cursors_[dataset]);
    batches_ = 0;
    connector::ReadResponse batch;
    do {
      outcome_ = plugin_->Read(request, &batch);
      if (!outcome_.ok()) return {};
      if (batches_++ == 0) began_ = batch.snapshot_begin();
      for (std::string& row : Shown(batch, columns)) rows.push_back(std::move(row));
      request.set_cursor(batch.next_cursor());  // as the hub does, empty or not
      request.set_full(false);
    } while (!batch.end());
    EXPECT_EQ(batch.snapshot_end(), began_);
    cursors_[dataset] = request.cursor();
    return rows;
  }
  Rows ReadPayments() {
    return Read("payments", {"document", "client", "invoice", "date", "amount", "currency"});
  }
  Rows ReadBalances() { return Read("balances", {"client", "date", "currency", "balance"}); }

  bool Wait(int64_t timeout_ms) {
    bool changed = false;
    const Outcome outcome = plugin_->Wait(timeout_ms, &changed);
    EXPECT_TRUE(outcome.ok()) << outcome.message;
    return changed;
  }

  void Post(const std::string& number, const std::string& client, int day, Cents net) {
    ASSERT_EQ(Apply(Invoice(number, client, day, {{20, net, 0}})).outcome(),
              connector::APPLY_OUTCOME_APPLIED);
  }

  std::filesystem::path journal_;
  std::map<std::string, std::string> cursors_;
  Outcome outcome_;
  int batches_ = 0;
  bool began_ = false;
};

TEST_F(Payments, AreWhatMovesMoneyOnAClientsAccount) {
  Post("1001-1", "C-1", 2, 15000);
  Keep(R"(
2026-11-03 * (15) ООО Ромашка | счёт 1001-1
    assets:bank:main           100.50 RUB
    assets:receivable:C-1     -100.50 RUB

2026-11-04 bank fee and a write-off: no payments
    expenses:fees                5.00 RUB
    assets:bank:main            -5.00 RUB

2026-11-04 write-off
    expenses:bad debts           1.00 RUB
    assets:receivable:C-1       -1.00 RUB

2026-11-05 Ромашка
    assets:bank:main            10.00 RUB
    expenses:fees                0.30 RUB
    assets:receivable:C-1      -10.30 RUB
)");
  EXPECT_EQ(ReadPayments(), (Rows{"C-1/2026/15|C-1|1001-1|2026-11-03|100.50|RUB",
                                  "C-1/2026-11-05|C-1||2026-11-05|10.30|RUB"}));
  EXPECT_EQ(ReadBalances(), (Rows{"C-1|2026-11-02|RUB|150.00", "C-1|2026-11-03|RUB|49.50",
                                  "C-1|2026-11-04|RUB|48.50", "C-1|2026-11-05|RUB|38.20"}));
}

TEST_F(Payments, NameTheirInvoiceByTagByCodeOrInTheDescription) {
  Post("1001-1", "C-1", 2, 15000);
  Post("1002-1", "C-1", 2, 15000);
  Keep(R"(
2026-11-03 (1001-1) by code
    assets:bank     1 RUB
    assets:receivable:C-1

2026-11-04 by description №1002-1.
    assets:bank     1 RUB
    assets:receivable:C-1

2026-11-05 two of them, 1001-1 and 1002-1
    assets:bank     1 RUB
    assets:receivable:C-1

2026-11-06 one tag for all  ; invoice: 1002-1
    assets:bank     3 RUB
    assets:receivable:C-1   -1 RUB
    assets:receivable:C-1   -2 RUB  ; invoice: 1001-1

2026-11-07 a number of others: 17-1
    assets:bank     1 RUB
    assets:receivable:C-1   ; invoice: 17-1

2026-11-08 another one's: 17-1
    assets:bank     1 RUB
    assets:receivable:C-1
)");
  EXPECT_EQ(Read("payments", {"date", "invoice", "amount"}),
            (Rows{"2026-11-03|1001-1|1.00", "2026-11-04|1002-1|1.00", "2026-11-05||1.00",
                  "2026-11-06|1002-1|1.00", "2026-11-06|1001-1|2.00", "2026-11-07|17-1|1.00",
                  "2026-11-08||1.00"}));
}

TEST_F(Payments, ComePartlyAheadBackForSeveralAndInOtherCurrencies) {
  Keep(R"(
2026-11-03 several clients  ; payment: BANK-7
    assets:bank                   30 RUB
    assets:receivable:C-1        -10 RUB
    assets:receivable:C-2        -20 RUB

2026-11-04 paid ahead
    assets:bank                   40 RUB
    liabilities:prepayments:C-1  -40 RUB

2026-11-05 the prepayment meets its invoice: no payment
    liabilities:prepayments:C-1   40 RUB
    assets:receivable:C-1        -40 RUB

2026-11-06 returned
    assets:receivable:C-2          5 RUB
    assets:bank

2026-11-07 in euros
    assets:bank                 9000 RUB
    assets:receivable:C-1       -100 EUR @@ 9000 RUB

2026-11-08 both at once
    assets:bank                  1.5 RUB
    assets:bank                  2.5 EUR
    assets:receivable:C-2

2026-11-09 value day
    assets:bank                    1 RUB
    assets:receivable:C-2         -1 RUB  ; date:2026-11-12, payment: P-9

2026-11-10 the account does not tell  ; client: C-3
    assets:bank                    1 RUB
    assets:receivable

2026-11-11 nobody tells
    assets:bank                    1 RUB
    assets:receivable
)");
  EXPECT_EQ(
      ReadPayments(),
      (Rows{"BANK-7/C-1|C-1||2026-11-03|10.00|RUB", "BANK-7/C-2|C-2||2026-11-03|20.00|RUB",
            "C-1/2026-11-04|C-1||2026-11-04|40.00|RUB", "C-2/2026-11-06|C-2||2026-11-06|-5.00|RUB",
            "C-1/2026-11-07|C-1||2026-11-07|100.00|EUR", "C-2/2026-11-08|C-2||2026-11-08|2.50|EUR",
            "C-2/2026-11-08/2|C-2||2026-11-08|1.50|RUB", "P-9|C-2||2026-11-12|1.00|RUB",
            "C-3/2026-11-10|C-3||2026-11-10|1.00|RUB", "/2026-11-11|||2026-11-11|1.00|RUB"}));
}

TEST_F(Payments, KeepTheirNumbersWhateverIsEditedElsewhere) {
  const std::string theirs = R"(
2026-11-03 (15) first of its number
    assets:bank     1 RUB
    assets:receivable:C-1

2026-11-04 without a number
    assets:bank     2 RUB
    assets:receivable:C-1
)";
  Keep(theirs);
  const Rows before = ReadPayments();
  EXPECT_EQ(before, (Rows{"C-1/2026/15|C-1||2026-11-03|1.00|RUB",
                          "C-1/2026-11-04|C-1||2026-11-04|2.00|RUB"}));
  Keep(
      "; a new head\n2026-11-01 (15) of another client\n    assets:bank   7 RUB\n"
      "    assets:receivable:C-2\n" +
      theirs +
      "\n2026-11-04 (16) and one more\n    assets:bank   7 RUB\n"
      "    assets:receivable:C-1\n");
  Rows after = ReadPayments();
  ASSERT_EQ(after.size(), 4u);
  EXPECT_EQ(after[1], before[0]);
  EXPECT_EQ(after[2], before[1]);
}

TEST_F(Payments, ComeAgainOnlyWhereTheJournalHasChanged) {
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1\n");
  EXPECT_EQ(ReadPayments().size(), 1u);
  EXPECT_TRUE(began_);
  EXPECT_EQ(ReadPayments(), Rows{});
  EXPECT_FALSE(began_);
  // After a restart, and where only its time is another.
  ASSERT_TRUE(OpenBooks().ok());
  EXPECT_EQ(ReadPayments(), Rows{});
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1\n");
  EXPECT_EQ(ReadPayments(), Rows{});
  EXPECT_EQ(Read("payments", {"amount"}, true), Rows{"1.00"});
  // An edit, an included file, an option: all of it is read again.
  Keep("2026-11-03 paid\n    assets:bank   2 RUB\n    assets:receivable:C-1\n");
  EXPECT_EQ(Read("payments", {"amount"}), Rows{"2.00"});
  Post("1001-1", "C-1", 2, 15000);
  EXPECT_EQ(Read("payments", {"amount"}), Rows{"2.00"});
  EXPECT_EQ(ReadPayments(), Rows{});
  ASSERT_TRUE(OpenBooks({{"money_accounts", "assets:till"}}).ok());
  EXPECT_EQ(ReadPayments(), Rows{});
  EXPECT_TRUE(began_);  // nothing is there any more, and the hub learns it
}

TEST_F(Payments, AreWaitedFor) {
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1\n");
  EXPECT_TRUE(Wait(0));  // it has only now begun to watch
  EXPECT_EQ(ReadPayments().size(), 1u);
  EXPECT_FALSE(Wait(0));
  // An edit is seen, a broken journal once, and its correction; what the hub writes is no news.
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1   5 RUB\n");
  EXPECT_TRUE(Wait(10'000));
  ReadPayments();
  EXPECT_FALSE(outcome_.ok());
  EXPECT_FALSE(Wait(0));
  Keep("2026-11-03 paid\n    assets:bank   2 RUB\n    assets:receivable:C-1\n");
  EXPECT_TRUE(Wait(10'000));
  EXPECT_EQ(ReadPayments().size(), 1u);
  Post("1001-1", "C-1", 2, 15000);
  EXPECT_FALSE(Wait(0));
}

TEST_F(Payments, OfABrokenJournalAreNotReadAndHledgerSaysWhy) {
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1   -2 RUB\n");
  ReadPayments();
  EXPECT_EQ(outcome_.status, ENTREPOT_BAD_DATA);
  EXPECT_NE(outcome_.message.find("accountant.journal\" (lines 3-5)"), std::string::npos)
      << outcome_.message;
  EXPECT_NE(outcome_.message.find("could not balance"), std::string::npos) << outcome_.message;
  std::filesystem::remove(journal_);
  ReadPayments();
  EXPECT_EQ(outcome_.status, ENTREPOT_BAD_DATA);
  EXPECT_NE(outcome_.message.find("was not found"), std::string::npos) << outcome_.message;
  Keep("2026-11-03 paid\n    assets:bank   1 RUB\n    assets:receivable:C-1\n");
  EXPECT_EQ(ReadPayments().size(), 1u);
  ASSERT_TRUE(OpenBooks({{"hledger", "no-such-hledger"}}).ok());
  ReadPayments();
  EXPECT_EQ(outcome_.status, ENTREPOT_UNAVAILABLE);
  EXPECT_NE(outcome_.message.find("install hledger"), std::string::npos) << outcome_.message;
}

TEST_F(Payments, AreReadWhereAnAssertionOfABalanceDoesNotHold) {
  Keep("2026-11-03 paid\n    assets:bank   1 RUB = 7 RUB\n    assets:receivable:C-1\n");
  EXPECT_EQ(ReadPayments().size(), 1u);
}

TEST_F(Payments, NeedAJournalAndAccountsThatTellTheClient) {
  EXPECT_EQ(Open().status, ENTREPOT_BAD_CONFIGURATION);
  const Outcome account = OpenBooks({{"receivable_account", "assets:receivable"}});
  EXPECT_EQ(account.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_NE(account.message.find("receivable_account"), std::string::npos) << account.message;
  datasets_.emplace_back("orders", "order");
  EXPECT_NE(OpenBooks().message.find("'payment' and 'account_balance'"), std::string::npos);
}

TEST_F(Payments, CheckSaysWhetherTheHubsJournalIsIncluded) {
  Keep("");
  connector::CheckResponse response;
  ASSERT_TRUE(plugin_->Check(&response).ok());
  EXPECT_EQ(response.findings_size(), 3);
  std::ofstream(journal_) << "; nothing\n";
  ASSERT_TRUE(plugin_->Check(&response).ok());
  ASSERT_EQ(response.findings_size(), 4);
  EXPECT_NE(response.findings(3).find("does not include"), std::string::npos);
  // It leaves the hub's journal to the connection that writes.
  std::unique_ptr<Plugin> reading = std::move(plugin_);
  ASSERT_TRUE(OpenBooks().ok());
  Post("1001-1", "C-1", 2, 15000);
  ASSERT_TRUE(reading->Check(&response).ok());
  EXPECT_NE(response.findings(1).find("is being written"), std::string::npos);
}

}  // namespace
}  // namespace entrepot::test
