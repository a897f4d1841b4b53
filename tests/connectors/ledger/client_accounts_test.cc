// Which client an account belongs to.
#include "client_accounts.h"

#include <entrepot/sdk/connector.h>
#include <gtest/gtest.h>

namespace entrepot::ledger {
namespace {

ClientAccounts Of(const std::string& account) {
  ClientAccounts accounts;
  accounts.Add("receivable_account", account);
  return accounts;
}

TEST(ClientAccounts, KnowTheClientAndWhatStandsBelow) {
  const ClientAccounts accounts = Of("assets:receivable:{client}");
  EXPECT_EQ(accounts.ClientOf("assets:receivable:C-001"), "C-001");
  EXPECT_EQ(accounts.ClientOf("assets:receivable:C-001:old"), "C-001");
  EXPECT_EQ(accounts.ClientOf("assets:receivable:A%3A1"), "A:1");
  EXPECT_EQ(accounts.ClientOf("assets:receivable:ИП 12"), "ИП 12");
  EXPECT_EQ(accounts.ClientOf("assets:receivable"), "");
  EXPECT_EQ(accounts.ClientOf("assets:receivables:C-001"), std::nullopt);
  EXPECT_EQ(accounts.ClientOf("assets"), std::nullopt);
}

TEST(ClientAccounts, KnowLevelsAfterTheClient) {
  ClientAccounts accounts = Of("clients:{client}:owes");
  accounts.Add("prepayment_account", "clients:{client}:paid ahead");
  EXPECT_EQ(accounts.ClientOf("clients:C1:owes"), "C1");
  EXPECT_EQ(accounts.ClientOf("clients:C1:owes:abroad"), "C1");
  EXPECT_EQ(accounts.ClientOf("clients:C1:paid ahead"), "C1");
  EXPECT_EQ(accounts.ClientOf("clients:C1:discounts"), std::nullopt);
  EXPECT_EQ(accounts.ClientOf("clients:C1"), std::nullopt);
}

TEST(ClientAccounts, RefuseATemplateThatCannotBeReadBack) {
  for (const char* account : {"assets:receivable", "{client}", "assets:x{client}",
                              "assets:{client}x", "assets:{client}:{percent}"}) {
    EXPECT_THROW(Of(account), sdk::Error) << account;
  }
}

TEST(ClientAccounts, AskHledgerForTheAccountsOnly) {
  EXPECT_EQ(Of("assets:a.b:{client}").Query(), "acct:^(assets:a\\.b)(:|$)");
}

TEST(StandsBelow, CountsWholeLevels) {
  EXPECT_TRUE(StandsBelow("assets:bank", {"assets:bank"}));
  EXPECT_TRUE(StandsBelow("assets:bank:main", {"x", "assets:bank"}));
  EXPECT_FALSE(StandsBelow("assets:banks", {"assets:bank"}));
}

}  // namespace
}  // namespace entrepot::ledger
