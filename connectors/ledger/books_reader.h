// Reads payments and balances from the accountant's journal, in batches, always all of them; gives
// nothing where the journal and what it includes are as at the hub's cursor. Not thread-safe.
#pragma once

#include <entrepot/sdk/connector.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client_books.h"
#include "hledger.h"

namespace entrepot::ledger {

enum class BooksContent { kPayments, kBalances };

// Where the reading of a dataset stands, as the text that the hub keeps.
struct BooksCursor {
  uint64_t digest = 0;  // of what is read
  bool ended = false;   // all of it was given
  uint64_t given = 0;   // rows, where it has not ended

  std::string Encode() const;
  // Throws sdk::Error (kBadData) for what is no cursor of ours. REQUIRES: a text.
  static BooksCursor Decode(std::string_view text);
};

class BooksReader {
 public:
  using IsOwn = std::function<bool(const std::filesystem::path& file)>;
  // `settings`: of all that decides what rows come; where it changes, all is read anew. `is_own`:
  // files that the hub writes, for which Wait does not wake.
  BooksReader(std::filesystem::path journal, std::string hledger, BooksOptions options,
              std::string settings, IsOwn is_own);

  // As sdk::Connector::Read. Throws also kUnavailable where the journal changes while it is read.
  void Read(sdk::Call& call, const sdk::ReadRequest& request, BooksContent content,
            sdk::Batch& batch);

  // As sdk::Connector::Wait: sees within half a second that a file of the accountant's has changed.
  bool Wait(const sdk::Call& call, std::chrono::milliseconds timeout);

  // The names of the columns that come.
  static std::vector<std::string> Columns(BooksContent content);
  // The journal and what it includes. Throws as Hledger::Files.
  std::vector<std::filesystem::path> Files(const sdk::Call& call) const {
    return hledger_.Files(call, journal_);
  }

 private:
  // One state of the journal.
  struct Books {
    uint64_t digest = 0;
    std::vector<PaymentRow> payments;
    std::vector<BalanceRow> balances;
  };
  // What shows that a file or folder is as before; zeros: it is not there.
  struct Trace {
    uint64_t inode = 0, size = 0;
    int64_t changed_ns = 0;
    bool operator==(const Trace&) const = default;
  };
  using Traces = std::map<std::filesystem::path, Trace>;

  static Trace TraceOf(const std::filesystem::path& path);
  static Traces TracesOf(const std::vector<std::filesystem::path>& files);
  static Traces TracesNow(const Traces& traces);
  bool IsUnchanged() const;
  void Look(const sdk::Call& call);
  std::shared_ptr<const Books> Current(const sdk::Call& call);
  uint64_t Give(const Books& books, BooksContent content, uint64_t from, sdk::Batch& batch) const;

  const std::filesystem::path journal_;
  const Hledger hledger_;
  const BooksOptions options_;
  const std::string settings_;
  const IsOwn is_own_;

  Traces watched_;       // as Wait last told of them; empty: it has not begun
  Traces traces_;        // of the files and their folders when they were last looked at
  uint64_t digest_ = 0;  // of their content then
  std::shared_ptr<const Books> books_;                             // the newest that were read
  std::map<std::string, std::shared_ptr<const Books>> under_way_;  // by dataset
};

}  // namespace entrepot::ledger
