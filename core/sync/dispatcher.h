// Brings one sink to the newest revision of every record of its kinds. Reads the change log with a
// cursor of its own, keeps a delivery for each record that is not yet proven to be there, and never
// sends again what may have arrived before it has looked.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/meters.h"
#include "core/mapping/mapping.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/plan.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

struct DispatcherOptions {
  store::Store* store = nullptr;  // outlives the dispatcher, as do the next two
  const Clock* clock = nullptr;
  const config::v1::Limits* limits = nullptr;  // with defaults applied
  mapping::Environment environment;
  Meters* meters = &Meters::None();
  // Of this connection; 0: of `limits`, and no bound.
  int apply_records_max = 0;
  int calls_per_minute_max = 0;
};

// Thread-safe. One for each connection that is a sink.
class Dispatcher {
 public:
  // `plan` outlives it.
  Dispatcher(const DispatcherOptions& options, const ConnectionPlan* plan,
             std::shared_ptr<Link> link);
  ~Dispatcher();

  // Works until `stop`, on the caller's thread: one round after another, waiting for the log or for
  // what is due in between.
  void Run(std::stop_token stop);

  // One round: reads the log, sends what is due, settles what is unknown. True when something was
  // done. What Run does, for those who drive it by hand. Errors of the connection pause it; those
  // of the store are returned.
  absl::StatusOr<bool> Round();

  // Ends a pause, makes what waits for its next try due now, and wakes Run. Rounds later than the
  // returned one have seen it. Errors of the store.
  absl::StatusOr<uint64_t> Hurry();
  void Wake();
  // While paused nothing is sent or looked up; what is to be sent is noted all the same.
  void SetPaused(bool paused);

  struct State {
    uint64_t rounds = 0;      // that have ended; Hurry's answer is one of them
    bool idle = false;        // the last round found nothing to do now
    bool settling = false;    // unknown outcomes will be looked up when it is time
    bool pausing = false;     // backs off after an error of the connection
    absl::Time paused_until;  // while pausing
    uint64_t cursor = 0;      // last log entry that it has handled; 0 during a scan
    std::string error;        // of the connection, or why deliveries are put off; empty: none
    // Delivered and rejected since the start; pending now, those that wait for others included.
    v1::SinkProgress progress;
  };
  State state() const;
  // Blocks until a round later than `round` has ended, or `wait` has passed. Returns the state.
  State WaitForRound(uint64_t round, absl::Duration wait) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::sync
