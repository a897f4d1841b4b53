// What the accountant's programs say about many invoices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "books.h"

namespace entrepot::test {
namespace {

using connector::APPLY_OUTCOME_APPLIED;

class AccountantTest : public BooksTest {
 protected:
  // Rounded half up, as the hub does line by line.
  static Cents Vat(Cents net, Cents percent) {
    const Cents twice = 2 * net * percent;
    return (twice + (twice >= 0 ? 100 : -100)) / 200;
  }

  Lines RandomLines() {
    static constexpr Cents kRates[] = {0, 10, 20, 22};
    Lines lines;
    const size_t count = 1 + random_() % 5;
    for (size_t i = 0; i < count; ++i) {
      const Cents percent = kRates[random_() % 4];
      Cents net = static_cast<Cents>(random_() % 10'000'000);
      if (random_() % 20 == 0) net = -net;
      if (random_() % 30 == 0) net = 0;
      lines.push_back({percent, net, Vat(net, percent)});
    }
    return lines;
  }

  static Cents Gross(const v1::Record& record) {
    const v1::Decimal& gross = record.invoice().gross();
    return gross.units() * 100 + gross.nanos() / 10'000'000;
  }

  // Applies in batches; all must succeed.
  void ApplyAll(const std::vector<v1::Record>& records, bool bound) {
    for (size_t begin = 0; begin < records.size(); begin += 100) {
      connector::ApplyRequest request;
      for (size_t i = begin; i < std::min(begin + 100, records.size()); ++i) {
        AddItem(&request, records[i], bound);
      }
      connector::ApplyResponse response;
      ASSERT_TRUE(plugin_->Apply(request, &response).ok());
      ASSERT_EQ(response.results_size(), request.items_size());
      for (const auto& result : response.results()) {
        ASSERT_EQ(result.outcome(), APPLY_OUTCOME_APPLIED) << result.message();
      }
    }
  }

  std::mt19937 random_{7};
};

TEST_F(AccountantTest, BalancesAreTheHubsToTheCent) {
  std::vector<v1::Record> records;
  for (int i = 0; i < 600; ++i) {
    records.push_back(Invoice(std::to_string(1000 + i) + "-1", "C" + std::to_string(random_() % 40),
                              1 + (i * 28) / 600, RandomLines()));
  }
  ApplyAll(records, false);
  // Some are revised, some deleted; dates jump.
  std::vector<v1::Record> changes;
  for (int i = 0; i < 600; i += 7) {
    v1::Record changed =
        Invoice(std::to_string(1000 + i) + "-1", records[i].invoice().buyer().code(),
                1 + static_cast<int>(random_() % 28), RandomLines(), 2);
    changed.set_deleted(i % 5 == 0);
    changes.push_back(changed);
    records[i] = changed;
  }
  ASSERT_TRUE(Open().ok());
  ApplyAll(changes, true);

  std::map<std::string, Cents> wanted;
  for (const v1::Record& record : records) {
    if (!record.deleted()) {
      wanted["assets:receivable:" + record.invoice().buyer().code()] += Gross(record);
    }
  }
  ExpectAccepted(file_);
  std::map<std::string, Cents> hledger = HledgerBalances(file_);
  std::map<std::string, Cents> ledger = LedgerBalances(file_);
  for (const auto& [account, balance] : wanted) {
    EXPECT_EQ(hledger[account], balance) << account;
    EXPECT_EQ(ledger[account], balance) << account;
  }
  EXPECT_EQ(hledger["revenues:sales"], ledger["revenues:sales"]);
  EXPECT_EQ(hledger["liabilities:vat"], ledger["liabilities:vat"]);
}

TEST_F(AccountantTest, FindsHundredsOfInvoicesInOneCall) {
  std::vector<v1::Record> records;
  connector::FindRequest request;
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i) + "-1";
    if (i % 2 == 0) records.push_back(Invoice(number, "C1", 3, {{20, 100, 20}}));
    request.add_items()->set_correlation_key(number);
  }
  ApplyAll(records, false);
  ASSERT_TRUE(Open().ok());
  connector::FindResponse response;
  ASSERT_TRUE(plugin_->Find(request, &response).ok());
  ASSERT_EQ(response.results_size(), 300);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(response.results(i).found(), i % 2 == 0) << i;
}

TEST_F(AccountantTest, AnyNameAndCodeIsWrittenSafely) {
  const std::vector<std::string> names = {
      "ООО «Ромашка»; Москва",
      "a | b",
      "\"quoted\" 'name'",
      "line\nbreak\r\nand\ttab",
      "  spaces   within and around  ",
      "(1042-1) begins like a code",
      "* starred",
      "! flagged",
      "= 12.00 RUB",
      "@ 5 {x} [2026-11-01] (virtual)",
      "2026-11-01 a date",
      "; comment",
      "# hash % percent & other",
      "tag: value, other: value",
      "-",
      "",
      "\xC2\xA0",
      "Müller & Söhne GmbH / 株式会社 😀",
      "regex .* ^$ +?",
      "include hub.journal",
      "a\\b\\n",
  };
  std::vector<v1::Record> records;
  std::map<std::string, Cents> wanted;
  for (size_t i = 0; i < names.size(); ++i) {
    v1::Record record =
        Invoice(std::to_string(i) + "-1", "code " + std::to_string(i) + " " + names[i],
                static_cast<int>(i % 28) + 1, {{20, static_cast<Cents>(100 + i), 20}});
    record.mutable_invoice()->mutable_buyer()->set_name(names[i]);
    records.push_back(record);
  }
  ApplyAll(records, false);
  ExpectAccepted(file_);
  const std::map<std::string, Cents> hledger = HledgerBalances(file_, "assets");
  EXPECT_EQ(hledger.size(), names.size()) << "every code has an account of its own";
  const std::map<std::string, Cents> ledger = LedgerBalances(file_);
  for (const auto& [account, balance] : hledger) {
    const auto found = ledger.find(account);
    ASSERT_NE(found, ledger.end()) << account;
    EXPECT_EQ(found->second, balance);
  }
  ASSERT_TRUE(Open().ok());
  for (const v1::Record& record : records) {
    EXPECT_TRUE(Find(record.invoice().number()).found());
  }
}

TEST_F(AccountantTest, OddNumbersAreFoundAgain) {
  const std::vector<std::string> numbers = {"Счёт № 5/1", "A,B;C", "(x)", "a.b",
                                            "a*b",        "100%",  "|"};
  for (const std::string& number : numbers) {
    EXPECT_EQ(Apply(Invoice(number, "C1", 3, {{20, 100, 20}})).outcome(), APPLY_OUTCOME_APPLIED);
  }
  ASSERT_TRUE(Open().ok());
  for (const std::string& number : numbers) EXPECT_TRUE(Find(number).found()) << number;
  EXPECT_FALSE(Find("axb").found());
  for (const std::string& number : numbers) {
    EXPECT_EQ(Apply(Invoice(number, "C1", 3, {{20, 200, 40}}, 2), true).outcome(),
              APPLY_OUTCOME_APPLIED);
  }
  EXPECT_EQ(HledgerBalances(file_)["assets:receivable:C1"], Cents(240 * numbers.size()));
  ExpectAccepted(file_);
}

TEST_F(AccountantTest, TheAccountantsOwnJournalIncludesIt) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  Apply(Invoice("1000-1", "C1", 2, {{20, 100, 20}}));
  const std::filesystem::path own = folder_ / "books.journal";
  std::ofstream(own) << "commodity RUB\n    format 1,000.00 RUB\n"
                        "account assets:cash\naccount assets:receivable:C1\npayee Client C1\n"
                        "include hub.journal\n\n"
                        "2026-11-20 * (P-1) Client C1\n"
                        "    assets:cash                  120.00 RUB\n"
                        "    assets:receivable:C1        -120.00 RUB = 1.20 RUB\n";
  ExpectAccepted(own);
  EXPECT_EQ(HledgerBalances(own)["assets:receivable:C1"], 120);
}

TEST_F(AccountantTest, TakesInvoicesOfNothingAndInOtherCurrencies) {
  EXPECT_EQ(Apply(Invoice("1001-1", "C1", 4, {{20, 0, 0}})).outcome(), APPLY_OUTCOME_APPLIED);
  v1::Record dinars = Invoice("1002-1", "C1", 4, {{0, 100, 0}});
  dinars.mutable_invoice()->set_currency("KWD");
  for (v1::Decimal* amount :
       {dinars.mutable_invoice()->mutable_lines(0)->mutable_net(),
        dinars.mutable_invoice()->mutable_net(), dinars.mutable_invoice()->mutable_gross()}) {
    amount->set_units(1);
    amount->set_nanos(234'000'000);
  }
  EXPECT_EQ(Apply(dinars).outcome(), APPLY_OUTCOME_APPLIED);
  ExpectAccepted(file_);
  EXPECT_EQ(HledgerBalances(file_, "cur:KWD")["assets:receivable:C1"], 1234);
}

}  // namespace
}  // namespace entrepot::test
