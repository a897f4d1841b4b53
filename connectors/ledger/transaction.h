// A transaction as hledger prints it, whoever wrote it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amount.h"

namespace entrepot::ledger {

using Tags = std::vector<std::pair<std::string, std::string>>;

// The value of the first tag of this name; empty: there is none.
std::string_view TagOf(const Tags& tags, std::string_view name);

struct PostedAmount {
  // mantissa / 10^places; places < 0: too large for that.
  int64_t mantissa = 0;
  int64_t places = 0;
  std::string commodity;  // as written: "RUB", "€"

  // Throws sdk::Error (kBadData) where it is no amount of ours.
  Nanos Exact() const { return NanosOf(mantissa, places); }
};

struct TransactionPosting {
  std::string account;
  std::string date;                   // its own; empty: the transaction's
  std::vector<PostedAmount> amounts;  // one for each commodity
  Tags tags;                          // its own and its account's
};

struct Transaction {
  std::string date;  // "2026-11-24"
  std::string code;
  std::string description;
  Tags tags;
  std::string file;
  uint64_t line = 0;
  std::vector<TransactionPosting> postings;
};

}  // namespace entrepot::ledger
