// One direction of a configured connection as the core uses it: opens its connector when it is
// first needed, serialises the calls into it, interrupts those that take too long, and opens it
// anew after it failed to open. A connection that is source and sink has a link for each, and so
// two instances of its connector: a long reading never keeps a delivery waiting.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/meters.h"
#include "core/sync/outcome.h"
#include "core/sync/plan.h"
#include "core/sync/ports.h"
#include "core/sync/watchdog.h"

namespace entrepot::sync {

// What a connection is opened with. Called whenever it is opened, as secrets are read then.
using MakeOpenRequest = std::function<absl::StatusOr<connector::OpenRequest>(
    const std::string& connection, const connector::Manifest& manifest)>;

// Thread-safe. Every error's message begins with the connection's name.
class Link {
 public:
  struct Options {
    Connectors* connectors = nullptr;  // outlives the link
    // Shared: a thread that is left behind in a call may outlive the scheduler.
    std::shared_ptr<Watchdog> watchdog;
    absl::Duration call_time_max;
    Meters* meters = &Meters::None();  // outlives the link
    MakeOpenRequest make_open_request;
  };
  Link(std::string connection, std::string connector_id, Options options);

  const std::string& connection() const { return connection_; }
  // Opens nothing. Errors as Connectors::Describe.
  absl::StatusOr<connector::Manifest> Describe();

  // A call that passes the time limit is interrupted and answers DEADLINE_EXCEEDED (CALL_TOO_LONG);
  // after Stop, CANCELLED (SHUTTING_DOWN). Otherwise the connector's own errors, or those of
  // opening it.
  absl::Status Check(connector::CheckResponse* response);
  absl::Status Read(const connector::ReadRequest& request, SourceBatch* batch);
  // Waits until there may be something to read, at most `timeout` and until InterruptWait. Returns
  // whether there may be. In short calls, so that one that misses its interrupt ends soon.
  absl::StatusOr<bool> Wait(absl::Duration timeout);
  // Wait counts as not interrupted from here on.
  void ArmWait() { wait_interrupted_ = false; }
  // A Wait that runs, or that begins before the next ArmWait, returns soon.
  void InterruptWait();
  // `sent` is set to false when the connector was not even called.
  absl::Status Apply(const connector::ApplyRequest& request, connector::ApplyResponse* response,
                     bool* sent);
  absl::Status Find(const connector::FindRequest& request, connector::FindResponse* response,
                    bool* sent);

  absl::Status List(const connector::ListRequest& request, connector::ListResponse* response);

  // A running Read returns soon; later calls work. Other calls are left alone.
  void InterruptRead();
  // The running call returns soon, and no other begins. Returns at once. A call that begins at the
  // same moment may miss it: whoever waits for the end calls it again.
  void Stop();
  // For a connector that does not return even so: should its call ever end, the thread that made it
  // sleeps for good instead of touching what is gone by then.
  void Abandon() { abandoned_ = true; }
  // A call runs that passed its time limit and did not return when it was interrupted.
  bool hanging() const { return hanging_; }

 private:
  absl::Status Guarded(Phase phase, bool* sent,
                       const std::function<absl::Status(Connector&)>& call);
  // As Guarded, and counted under this name.
  absl::Status Metered(std::string_view name, Phase phase, bool* sent,
                       const std::function<absl::Status(Connector&)>& call);
  absl::StatusOr<std::shared_ptr<Connector>> Opened();
  void InterruptNow();
  void SleepIfAbandoned() const;
  absl::Status Named(const absl::Status& status) const;

  const std::string connection_;
  const std::string connector_id_;
  const Options options_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> abandoned_ = false;
  std::atomic<bool> hanging_ = false;
  std::atomic<bool> reading_ = false;
  std::atomic<bool> waiting_ = false;
  std::atomic<bool> wait_interrupted_ = false;
  std::timed_mutex call_mutex_;           // held through a call
  std::mutex mutex_;                      // guards connector_
  std::shared_ptr<Connector> connector_;  // shared with an Interrupt from another thread
};

}  // namespace entrepot::sync
