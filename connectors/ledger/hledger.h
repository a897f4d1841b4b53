// Reads journals through the program hledger: `print -O json`. There is no journal parser here.
#pragma once

#include <entrepot/sdk/connector.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "entry.h"
#include "transaction.h"

namespace entrepot::ledger {

class Hledger {
 public:
  // `program`: a path, or a name that is looked up in PATH.
  explicit Hledger(std::string program) : program_(std::move(program)) {}

  // "hledger 1.25, linux-x86_64". Throws sdk::Error (kUnavailable) where it cannot be run.
  std::string Version(const sdk::Call& call) const;

  // The journal's file and all that it includes. Throws as ReadTransactions.
  std::vector<std::filesystem::path> Files(const sdk::Call& call,
                                           const std::filesystem::path& journal) const;

  // Calls `visit` for each transaction that the query fits, by date, those of one day as they stand
  // in the journal. Assertions of balances are not checked. Memory does not grow with the journal.
  // Throws sdk::Error: kUnavailable, kBadData with what hledger says, file and line included.
  void ReadTransactions(const sdk::Call& call, const std::filesystem::path& journal,
                        const std::string& query,
                        const std::function<void(Transaction)>& visit) const;

  // Calls `visit` for each transaction of the journal that the hub has written; those without its
  // tags are passed over. `keys`: only those of these correlation keys; none: all. Memory does not
  // grow with the journal. Throws sdk::Error: kUnavailable, kBadData with what hledger says.
  void ReadEntries(const sdk::Call& call, const std::filesystem::path& journal,
                   const std::vector<std::string>& keys,
                   const std::function<void(Entry)>& visit) const;

 private:
  std::string program_;
};

}  // namespace entrepot::ledger
