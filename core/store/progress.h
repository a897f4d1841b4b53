// What intake and callers come back to: cursors, bases, answers by request id, numbers, runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/names.h"
#include "core/store/snapshot.h"
#include "core/store/transaction.h"

namespace entrepot::store {

absl::StatusOr<std::string> FindCursor(Connection& db, std::string_view name);
absl::Status SaveCursor(Connection& db, std::string_view name, std::string_view value);

absl::StatusOr<std::optional<Base>> FindBaseOf(Connection& db, const Names& names,
                                               std::string_view dataset,
                                               std::string_view outside_id);
absl::Status SaveBase(Connection& db, Names* names, std::string_view dataset,
                      std::string_view outside_id, const Base& base);

// See Transaction::ForEachWithBase.
absl::Status VisitBases(Connection& db, const Names& names, std::string_view dataset,
                        const Transaction::BaseVisitor& visit);

struct SavedAnswer {
  std::string_view request_id;
  std::string_view method;
  uint64_t request_digest;
  std::string_view answer;
  absl::Time at;
};
absl::Status InsertAnswer(Connection& db, const SavedAnswer& answer);
absl::StatusOr<std::optional<Transaction::Answer>> FindAnswerTo(Connection& db,
                                                                std::string_view request_id);

absl::StatusOr<uint64_t> TakeNumber(Connection& db, std::string_view name);

absl::StatusOr<uint64_t> UpsertRun(Connection& db, const Run& run);
absl::StatusOr<std::vector<Run>> ListRunsOf(Connection& db, std::string_view dataset,
                                            const Page& page);

// Delete at most `limit` of those older than `before`; return how many.
absl::StatusOr<int> ThinAnswers(Connection& db, absl::Time before, int limit);
absl::StatusOr<int> ThinRuns(Connection& db, absl::Time before, int limit);

}  // namespace entrepot::store
