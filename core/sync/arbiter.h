// What of a changed row becomes the record's: merges three ways by the configured authority, and
// keeps as conflicts what does not.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/store/transaction.h"
#include "core/sync/plan.h"
#include "core/sync/translator.h"

namespace entrepot::sync {

// A row about a record that is there.
struct Claim {
  const v1::Record* known = nullptr;  // the record as it is
  const Item* item = nullptr;         // what came
  const store::Base* base = nullptr;  // what came before; nullptr: first contact
  std::vector<int> groups;            // in which it differs from its base
  bool foreign_key = false;           // the dataset does not speak for the record's key
};

// What is done with it.
struct Verdict {
  std::vector<int> covers;  // fields that it changes; empty: none
  bool deletes = false;
  std::vector<store::Conflict> lost;  // one a group at the most
};

// Thread-compatible; lives on the writer's thread.
class Arbiter {
 public:
  // All outlive it. `dataset->authority` may be nullptr: then everything is applied.
  Arbiter(const DatasetPlan* dataset, Translator* translator)
      : dataset_(dataset), translator_(translator) {}

  // Must a row be judged, or is all of it applied?
  bool Judges() const {
    return dataset_->authority != nullptr && dataset_->authority->Rules(dataset_->kind->kind);
  }
  // Errors of all: the store's.
  absl::StatusOr<Verdict> Judge(const store::Transaction& tx, const Claim& claim);
  // After the row is applied: ends the conflicts of the groups that it shows anew, keeps those that
  // are lost, and sends the record back to where a value lost.
  absl::Status Record(store::Transaction& tx, const Claim& claim, const Verdict& verdict);

 private:
  struct Dispute {
    const domain::GroupRule& rule;
    int group;
    std::vector<int> fields;  // that both sides speak for
  };

  std::vector<int> CoveredIn(const Claim& claim, int group) const;
  absl::Status JudgeGroup(const store::Transaction& tx, const Claim& claim, int group,
                          Verdict* verdict);
  absl::StatusOr<bool> Wins(const store::Transaction& tx, const Claim& claim,
                            const Dispute& dispute);
  absl::StatusOr<bool> OwnerKnows(const store::Transaction& tx, const Claim& claim,
                                  const domain::GroupRule& rule) const;
  bool HubChanged(const Claim& claim, int group);
  store::Conflict ConflictOf(const store::Transaction& tx, const Claim& claim,
                             const Dispute& dispute) const;
  absl::Status EndOthers(store::Transaction& tx, const Claim& claim, const Verdict& verdict);
  absl::Status Keep(store::Transaction& tx, store::Conflict conflict);
  absl::Status EndProposals(store::Transaction& tx, const Claim& claim);

  const DatasetPlan* dataset_;
  Translator* translator_;
};

// A connection has taken the record's values: its conflicts, if it had any, have ended.
absl::Status EndConflictsOf(store::Transaction& tx, std::string_view connection,
                            uint64_t record_id);

}  // namespace entrepot::sync
