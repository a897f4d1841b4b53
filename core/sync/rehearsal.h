// What a sync would do: it is done, by the same code, on a copy of the store, with sources that are
// only looked at and sinks that are not called. What the copy's books hold then is the plan.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/domain/authority.h"
#include "core/mapping/mapping.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/match_index.h"
#include "core/sync/plan.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Takes the business's reactions to the end of a store's log. Errors of the store.
using React = std::function<absl::Status()>;
// Prepares them for a store that is not started yet. What it returns goes after the store has
// stopped, and before the store itself.
using MakeReact = std::function<React(store::Store& store)>;

struct RehearsalOptions {
  // All outlive it.
  const config::v1::Config* config = nullptr;  // with defaults applied
  const domain::Authority* authority = nullptr;
  const Clock* clock = nullptr;
  mapping::Environment environment;
  // A connector of its own for each connection, so that those which work are not kept waiting.
  std::function<std::shared_ptr<Link>(const ConnectionPlan&)> make_link;
  std::function<absl::StatusOr<connector::Manifest>(const ConnectionPlan&)> describe;
  MakeReact make_react;  // nullptr: nothing reacts
};

// Where copies of the store stand while plans are made.
std::filesystem::path PlansFolder(const config::v1::Config& config);

// One plan. Used by one thread. The sources that it reads must not be read by others meanwhile.
class Rehearsal {
 public:
  using Emit = std::function<void(const v1::PlanResponse&)>;
  Rehearsal(const RehearsalOptions& options, const v1::PlanRequest& request, Emit emit);
  ~Rehearsal();

  // `chosen` by name, in the order in which they are planned. Emits changes, runs and sinks, and
  // returns what they stand on. A dataset or sink that fails says so in its event, as in a sync.
  // Errors: CANCELLED (`stop`), those of CopyStore and of the store.
  absl::StatusOr<v1::PlanBasis> Run(const std::vector<std::string>& chosen, std::stop_token stop);

 private:
  absl::Status Open();
  absl::Status MakePlans();
  absl::Status ReadSources(const ConnectionPlan& connection, std::stop_token stop);
  absl::Status ReadDataset(const DatasetPlan& dataset, const std::shared_ptr<Link>& link,
                           std::stop_token stop);
  absl::Status React();
  absl::Status WriteSink(const ConnectionPlan& connection, std::stop_token stop);
  // What the books hold since the last call.
  absl::Status EmitNews();
  absl::Status EmitLog();
  absl::Status EmitParked();
  absl::Status EmitLetters();
  absl::Status EmitConflicts();
  absl::StatusOr<v1::PlannedChange> ChangeOf(const store::Reader& reader,
                                             const store::LogEntry& entry);
  void EmitChange(const v1::PlannedChange& change);
  bool full() const;

  const RehearsalOptions options_;
  const Emit emit_;
  std::filesystem::path folder_;  // of the copy; removed at the end
  // Of the copy: what the hub's own plan knows follows the hub's own store.
  std::unique_ptr<MatchIndex> matches_;
  std::vector<ConnectionPlan> plans_;
  sync::React react_;
  std::unique_ptr<store::Store> store_;
  absl::Time began_;
  uint64_t seen_ = 0;  // of the copy's log
  // Ids are given in order: from here on they are of records that are not there yet.
  uint64_t first_new_ = 0;
  std::set<uint64_t> parked_;
  std::set<uint64_t> letters_;
  std::set<uint64_t> conflicts_;
  v1::PlanBasis basis_;
};

// Why `now` is not what was planned: a sentence; empty: it is.
std::string WhyStale(const v1::PlanBasis& planned, const v1::PlanBasis& now);

}  // namespace entrepot::sync
