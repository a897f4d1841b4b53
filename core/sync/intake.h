// Reads one dataset: batches from the connector, rows into records, records through the one door.
// Reading and mapping have a thread each and run ahead of the store's writer, in which
// records, cursor, run, bindings and bases commit together: what comes in is applied exactly once.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/meters.h"
#include "core/mapping/mapping.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/plan.h"
#include "core/sync/row_memory.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::sync {

struct IntakeOptions {
  store::Store* store = nullptr;               // outlives the intake
  const config::v1::Limits* limits = nullptr;  // outlives the intake; with defaults applied
  mapping::Environment environment;
  Meters* meters = &Meters::None();  // outlives the intake
};

struct IntakeRequest {
  bool full = false;              // every row again
  bool accept_deletions = false;  // however many records a full read misses
  bool preview = false;           // the source keeps what is read: the store is only a copy
};

struct IntakeEnd {
  store::Run run;            // as saved
  absl::Status status;       // why it stopped early; its sentence is run.error
  uint64_t read_digest = 0;  // of a preview: of all rows that came
};

// Thread-safe; runs of different datasets go side by side. The caller keeps one dataset from
// running twice at a time.
class Intake {
 public:
  explicit Intake(const IntakeOptions& options) : options_(options) {}

  // Called after every commit of the run, on the caller's thread.
  using Progress = std::function<void(const store::Run&)>;

  // Reads from the dataset's cursor until the source has nothing more, or until the status of the
  // end says otherwise: the connector's error; RESOURCE_EXHAUSTED (TOO_MANY_PARKED,
  // TOO_MANY_DEAD_LETTERS) or FAILED_PRECONDITION (TOO_MANY_DELETIONS), with the cursor before what
  // would pass the limit; INVALID_ARGUMENT (MISSING_COLUMN and what else is wrong with the
  // mapping); CANCELLED (`stop`). Errors of Run itself are the store's: the run's end could not be
  // saved.
  absl::StatusOr<IntakeEnd> Run(const DatasetPlan& dataset, std::shared_ptr<Link> link,
                                const IntakeRequest& request, const Progress& progress,
                                std::stop_token stop);

 private:
  IntakeOptions options_;
  RowMemories memories_;
};

}  // namespace entrepot::sync
