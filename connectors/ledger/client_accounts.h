// Which client an account of the journal belongs to. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::ledger {

class ClientAccounts {
 public:
  // Templates with "{client}" as one whole level: "assets:receivable:{client}". Throws sdk::Error
  // (kBadConfiguration) that names `option` where one is not so.
  void Add(std::string_view option, const std::string& account);

  // The client's code, of the account itself and those below it. Empty: the account is one of
  // clients, but it or its tag must say of whom ("assets:receivable" alone). Nothing: it is none.
  std::optional<std::string> ClientOf(std::string_view account) const;

  // A query of hledger that finds every transaction with such an account, and maybe more.
  std::string Query() const;

 private:
  struct Template {
    std::string before, after;  // around the level, without colons: "assets:receivable", ""
  };
  std::vector<Template> templates_;
};

// Does the account stand below one of these, or is it one of them?
bool StandsBelow(std::string_view account, const std::vector<std::string>& accounts);

}  // namespace entrepot::ledger
