// Writes records to one dataset: all of a call in one transaction, each kind of statement once for
// all its records. What the database refuses is left out and named; the rest takes effect.
#pragma once

#include <entrepot/sdk/messages.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataset.h"
#include "driver.h"

namespace entrepot::sql {

class Writer {
 public:
  // `options` outlive it.
  explicit Writer(const DatasetOptions* options) : options_(*options) {}

  // One result for each item. Throws nothing but mistakes: a failure that concerns all is in the
  // results, as "not sent" where the transaction cannot have been committed, else as "unknown".
  void Apply(Session* session, const sdk::ApplyRequest& request,
             sdk::ApplyResponse* response) const;

  // One result for each item, in a transaction of its own. Throws SqlError.
  void Find(Session* session, const sdk::FindRequest& request, sdk::FindResponse* response) const;

 private:
  struct Work;
  using Indices = std::vector<size_t>;

  void ApplyTogether(Session* session, const Work& work, const Indices& items,
                     std::vector<sdk::ApplyResult>* results) const;
  void Run(Session* session, const Work& work, const Indices& items,
           std::vector<sdk::ApplyResult>* results) const;
  void FindKnown(Session* session, const Work& work, const Indices& items,
                 std::vector<sdk::ApplyResult>* results) const;
  void RunStatement(Session* session, const Statement& statement, const Work& work,
                    const Indices& items, std::vector<sdk::ApplyResult>* results) const;
  void WarnOfRounding(Session* session, const Statement& statement) const;
  void Conclude(const Statement& statement, const Work& work, size_t item, const RowResults& all,
                const RowResult& row, sdk::ApplyResult* result) const;
  OwnText Parameter(const Statement& statement, const std::string& name, const Work& work,
                    size_t item, const std::string& outside_id) const;
  OwnText KeyPart(const std::string& name, const std::string& outside_id) const;
  std::string OutsideId(const RowResults& all, const RowResult& row) const;
  std::string OutsideIdOfCells(const Work& work, size_t item) const;
  void CheckGivesKey(const Statement& statement, const Work& work) const;

  const DatasetOptions& options_;
  // Statements whose parameters were looked at, and parameters that were warned of.
  mutable std::set<std::string> looked_at_, warned_;
};

}  // namespace entrepot::sql
