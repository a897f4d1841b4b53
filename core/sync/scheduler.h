// Owns the connections: opens their connectors, reads sources at their interval or when asked, and
// keeps a dispatcher for each sink. Every connection has threads of its own, so that one that
// blocks costs the others nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/meters.h"
#include "core/domain/authority.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/match_index.h"
#include "core/sync/ports.h"
#include "core/sync/rehearsal.h"
#include "core/sync/verification.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

struct SchedulerOptions {
  // All of these outlive the scheduler.
  const config::v1::Config* config = nullptr;  // with defaults applied
  store::Store* store = nullptr;
  Connectors* connectors = nullptr;
  const Clock* clock = nullptr;
  Meters* meters = &Meters::None();
  // Whose value stands. Make notes in it which connections take records. nullptr: the last
  // writer's.
  domain::Authority* authority = nullptr;
  // Registered with the store. nullptr: records are found by outside ids and keys only.
  const MatchIndex* matches = nullptr;
  // What connections are opened with (core/config's MakeOpenRequest); called on their threads.
  MakeOpenRequest make_open_request;
  // How long Stop waits for a connector that does not return from an interrupted call.
  absl::Duration stop_time_max = absl::Seconds(5);
  // For plans: what a sync brings makes the business react. nullptr: nothing reacts.
  MakeReact make_react;
};

// Thread-safe.
class Scheduler {
 public:
  // INVALID_ARGUMENT when the configuration names an unknown kind, time zone or field. A connector
  // that is missing is no error here: its connection is shown as failed.
  static absl::StatusOr<std::unique_ptr<Scheduler>> Make(const SchedulerOptions& options);
  ~Scheduler();  // Stop

  void Start();
  // Interrupts what runs and ends all threads, within stop_time_max; a connector that does not
  // return by then is left behind and named in the log. Idempotent.
  void Stop();

  // Reads the sources and flushes the sinks of these connections (empty: of all), datasets of one
  // connection in order of their kinds, connections side by side, sinks after sources. Blocks until
  // all is done; `progress` is called on this thread, last for each dataset with `ended_at`, last
  // for each sink with `done`. A dataset or sink that fails says so in its event, and costs the
  // others nothing. Errors: NOT_FOUND (CONNECTION_NOT_FOUND), FAILED_PRECONDITION
  // (CONNECTION_PAUSED: it is named and paused), ABORTED (ALREADY_RUNNING: a dataset
  // of it is being read), CANCELLED (`cancelled`, or the hub stops).
  using Progress = std::function<void(const v1::SyncResponse&)>;
  absl::Status Sync(const v1::SyncRequest& request, const Progress& progress,
                    std::stop_token cancelled);

  // What Sync would do; see OperationService.Plan. Nothing is changed. Waits a few seconds for a
  // source that is being read. Emits on this thread, last the basis. Errors as Sync's, and those of
  // the store.
  absl::Status Plan(const v1::PlanRequest& request, const Rehearsal::Emit& emit,
                    std::stop_token cancelled);

  // What differs between the two sides of a connection; see OperationService.Verify. Emits on this
  // thread. True: nothing does. Errors: NOT_FOUND (CONNECTION_NOT_FOUND), CANCELLED, those of the
  // connector's description and of the store.
  absl::StatusOr<bool> Verify(const v1::VerifyRequest& request, const Verification::Emit& emit,
                              std::stop_token cancelled);

  // State, last error, last runs and deliveries of every connection. Errors: as store::Reader.
  absl::StatusOr<v1::ListConnectionsResponse> ListConnections() const;

  // See OperationService. `by`: who does it. NOT_FOUND (CONNECTION_NOT_FOUND).
  absl::StatusOr<v1::ConnectionStatus> Pause(const std::string& connection, std::string_view by);
  absl::StatusOr<v1::ConnectionStatus> Resume(const std::string& connection, std::string_view by);

  // Sends dead letters through the door again with today's mapping; deliveries are queued anew.
  // Empty `ids`: all of them. NOT_FOUND (DEAD_LETTER_NOT_FOUND) before anything is done.
  absl::StatusOr<v1::ReplayDeadLettersResponse> Replay(std::span<const uint64_t> ids, bool force);

 private:
  struct Impl;
  explicit Scheduler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::sync
