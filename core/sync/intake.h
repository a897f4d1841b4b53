// Reads one dataset: batches from the connector, rows into records, records through the one door.
// Reading and mapping have a thread of their own and run ahead of the store's writer, in which
// records, cursor, run, bindings and bases commit together: what comes in is applied exactly once.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mapping/mapping.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/plan.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::sync {

struct IntakeOptions {
  store::Store* store = nullptr;               // outlives the intake
  const config::v1::Limits* limits = nullptr;  // outlives the intake; with defaults applied
  mapping::Environment environment;
};

struct IntakeRequest {
  bool full = false;              // every row again
  bool accept_deletions = false;  // however many records a full read misses
};

// Thread-safe; runs of different datasets go side by side. The caller keeps one dataset from
// running twice at a time.
class Intake {
 public:
  explicit Intake(const IntakeOptions& options) : options_(options) {}

  // Called after every commit of the run, on the caller's thread.
  using Progress = std::function<void(const store::Run&)>;

  // Reads from the dataset's cursor until the source has nothing more. The returned run has been
  // saved; its `error` says why it stopped early, and is empty when it did not. Then `run.error`
  // may be: the connector's error; TOO_MANY_PARKED, TOO_MANY_DEAD_LETTERS, TOO_MANY_DELETIONS (the
  // cursor stays before what would pass the limit); interrupted by `stop`. The status is an error
  // only where the run itself could not be saved (store errors, or a mapping that does not
  // compile).
  absl::StatusOr<store::Run> Run(const DatasetPlan& dataset, std::shared_ptr<Link> link,
                                 const IntakeRequest& request, const Progress& progress,
                                 std::stop_token stop);

 private:
  IntakeOptions options_;
};

}  // namespace entrepot::sync
