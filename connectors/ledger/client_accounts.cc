#include "client_accounts.h"

#include <entrepot/sdk/connector.h>

#include <algorithm>

#include "journal_text.h"

namespace entrepot::ledger {
namespace {

constexpr std::string_view kClient = "{client}";

bool IsOrBelow(std::string_view account, std::string_view upper) {
  return account.substr(0, upper.size()) == upper &&
         (account.size() == upper.size() || account[upper.size()] == ':');
}

// For hledger's regular expressions.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\.+*?()[]{}|^$").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

void ClientAccounts::Add(std::string_view option, const std::string& account) {
  const size_t at = account.find(kClient);
  const size_t end = at + kClient.size();
  const bool whole = at != std::string::npos && at >= 2 && account[at - 1] == ':' &&
                     (end == account.size() || account[end] == ':') &&
                     account.find('{', end) == std::string::npos;
  if (!whole) {
    throw sdk::BadConfiguration(option, "'" + account +
                                            "' must hold {client} as a level of its own, such as "
                                            "'assets:receivable:{client}', to be read back");
  }
  templates_.push_back(
      {account.substr(0, at - 1), end == account.size() ? "" : account.substr(end + 1)});
}

std::optional<std::string> ClientAccounts::ClientOf(std::string_view account) const {
  for (const Template& known : templates_) {
    if (!IsOrBelow(account, known.before)) continue;
    if (account.size() == known.before.size()) return "";
    const std::string_view rest = account.substr(known.before.size() + 1);
    const std::string_view level = rest.substr(0, rest.find(':'));
    if (!known.after.empty()) {
      const bool fits =
          rest.size() > level.size() && IsOrBelow(rest.substr(level.size() + 1), known.after);
      if (!fits) continue;
    }
    return FromTagValue(level);
  }
  return std::nullopt;
}

std::string ClientAccounts::Query() const {
  std::string pattern;
  for (const Template& known : templates_) {
    pattern += (pattern.empty() ? "" : "|") + Escaped(known.before);
  }
  return "acct:^(" + pattern + ")(:|$)";
}

bool StandsBelow(std::string_view account, const std::vector<std::string>& accounts) {
  return std::any_of(accounts.begin(), accounts.end(),
                     [&](const std::string& upper) { return IsOrBelow(account, upper); });
}

}  // namespace entrepot::ledger
