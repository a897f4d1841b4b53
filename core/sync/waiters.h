// Parked rows re-enter when what they wait for has come, whoever brought it: looks after commits
// that lengthened the log, and not at all while nothing is parked.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>

#include "core/store/store.h"
#include "core/sync/replay.h"

namespace entrepot::sync {

class Waiters {
 public:
  // Both outlive it.
  Waiters(store::Store* store, Replay* replay);

  // On a thread of its own, until `stop`.
  void Run(std::stop_token stop);

 private:
  bool AnyParked() const;

  store::Store* store_;
  Replay* replay_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;                // the hub may have stopped before the last were taken
  std::shared_ptr<void> on_commit_;  // last: it ends first
};

}  // namespace entrepot::sync
