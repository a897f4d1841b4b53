// What stands in the journal, invoice by invoice: which revision counts, and how a batch of items
// becomes transactions. Knows the journal's content from hledger, and keeps what it needs of it.
#pragma once

#include <entrepot/sdk/connector.h>

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hledger.h"
#include "journal.h"

namespace entrepot::ledger {

// One invoice in the journal.
struct Document {
  // How often each revision was posted minus how often that was reversed, by revision.
  std::vector<std::pair<uint64_t, int>> revisions;
  uint64_t newest = 0;  // revision that the journal has heard of, reversals included
  uint64_t digest = 0;  // of what counts

  // Revisions that count: none or one, unless somebody has meddled.
  std::vector<uint64_t> Live() const;
};

class Book {
 public:
  Book(std::filesystem::path file, std::string hledger, AccountPlan accounts)
      : journal_(std::move(file)), hledger_(std::move(hledger)), accounts_(std::move(accounts)) {}

  // Makes sure that what is known is what stands on disk. Throws sdk::Error.
  void Refresh(const sdk::Call& call);

  // Writes what is missing for the items. One result for each; nothing is written twice. Throws
  // only what leaves everything as it was.
  std::vector<sdk::ApplyResult> Apply(const sdk::Call& call,
                                      const std::vector<sdk::ApplyItem>& items);

  // Null where the journal knows nothing of it. REQUIRES: Refresh.
  const Document* Find(const std::string& key) const;
  // Does the document post what the item's record would? Unspecified where there is no record to
  // compare with, or none that could be posted.
  sdk::Content Compare(const Document& document, const sdk::FindItem& item) const;
  // By key, in order.
  const std::map<std::string, Document>& documents() const { return documents_; }

  Journal& journal() { return journal_; }
  const Journal& journal() const { return journal_; }
  const Hledger& hledger() const { return hledger_; }

 private:
  struct Plan;
  void Note(const Entry& entry);
  sdk::ApplyResult Decide(const sdk::ApplyItem& item, Plan* plan) const;
  void Reverse(const sdk::Call& call, Plan* plan) const;

  Journal journal_;
  Hledger hledger_;
  AccountPlan accounts_;
  std::map<std::string, Document> documents_;
  bool loaded_ = false;
};

}  // namespace entrepot::ledger
