// One connection as a source: runs its datasets, in order of their kinds, when its connector sees a
// change, at an interval, or when asked, one run at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "core/store/items.h"
#include "core/sync/intake.h"
#include "core/sync/replay.h"

namespace entrepot::sync {

// Thread-safe.
class Source {
 public:
  struct Options {
    absl::Duration interval;  // 0: only when asked
    // Its connector waits for changes, so that they are read at once; the interval stays the
    // longest time between two readings.
    bool waits = false;
  };
  // All outlive it.
  Source(Intake* intake, Replay* replay, store::Store* store, const ConnectionPlan* plan,
         std::shared_ptr<Link> link, Options options);

  struct Request {
    IntakeRequest intake;
    std::stop_token cancelled;
    // On the source's thread: after every commit and at the end of every dataset; and once, after
    // the last.
    std::function<void(const store::Run&)> progress;
    std::function<void()> done;
  };
  // For a run that is asked for; one of its own that is under way ends first. False: somebody else
  // has reserved it.
  bool Reserve();
  void Release();
  // REQUIRES: Reserve answered true.
  void Submit(Request request);

  // While paused it reads nothing; a run under way ends at once, and goes on later from its last
  // commit. A request that comes even so ends without a run.
  void SetPaused(bool paused);

  // The source's thread, until `stop`.
  void Run(std::stop_token stop);

  struct State {
    bool running = false;
    bool backing_off = false;  // the last run failed for a reason that passes
    bool failed = false;       // for one that needs a person
    std::string error;
  };
  State state() const;

 private:
  void RunAll(const Request& request, std::stop_token stop);
  absl::Status RunDataset(const DatasetPlan& dataset, const Request& request, std::stop_token stop);
  absl::Duration UntilNext() const;
  bool paused() const;
  // Waits with the connector, until `next` at the most. True: it saw something to read. False at
  // once where the connector cannot tell now, or where the source has something else to do.
  bool AwaitChange(std::chrono::steady_clock::time_point next);

  Intake* intake_;
  Replay* replay_;
  store::Store* store_;
  const ConnectionPlan* plan_;
  const std::shared_ptr<Link> link_;
  const Options options_;
  const Backoff backoff_;

  mutable std::mutex mutex_;
  bool paused_ = false;
  std::stop_source pause_;  // of the run under way
  std::condition_variable changed_;
  bool running_ = false;
  bool reserved_ = false;
  std::optional<Request> request_;
  absl::Status last_;  // of the last run: its first error
  int failures_ = 0;   // in a row
  int deaf_ = 0;       // waits that failed, in a row
  // When to wait with the connector again, after it failed to.
  std::chrono::steady_clock::time_point listen_again_;
};

}  // namespace entrepot::sync
