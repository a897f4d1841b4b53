// Runs the business's reactions to what entered the log: shipments make invoices, new stock and
// supplies move promises. Each reaction has a cursor of its own ("reaction:invoice"), and each step
// is one transaction with it, so that a crash repeats nothing and loses nothing.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "core/trade/reactions/reaction.h"

namespace entrepot::trade {

// Start and Stop from one thread; RunOnce while it is not started.
class Reactions {
 public:
  // `store` and `clock` outlive it.
  Reactions(store::Store& store, const Clock& clock,
            std::vector<std::unique_ptr<Reaction>> reactions);
  ~Reactions();  // Stop

  void Start();
  void Stop();  // Ends after the step under way. Idempotent.

  // In their order; the cursor of one is "reaction:<name>".
  std::vector<std::string> names() const;

  // Takes every reaction to the end of the log, in the caller's thread, until none has anything
  // more to do. Errors: as Store::Write and Reader.
  absl::Status RunOnce();

 private:
  // Where one reaction is. `position` runs ahead of the kept cursor over entries that do not
  // concern it; a crash reads them again.
  struct Reader {
    std::unique_ptr<Reaction> reaction;
    std::string cursor_name;
    uint64_t position = 0;
    uint64_t kept = 0;
    std::string epoch;
    bool loaded = false;
  };

  void Run(std::stop_token stop);
  void Wait(std::stop_token stop);
  absl::Status CatchUp(Reader& reader, std::stop_token stop);
  absl::Status LoadCursor(Reader& reader);
  absl::StatusOr<bool> Step(Reader& reader, uint64_t head);
  absl::Status HandleSome(Reader& reader, const std::vector<store::LogEntry>& entries,
                          uint64_t last);
  absl::Status KeepCursor(Reader& reader);
  absl::Status TurnEpoch(Reader& reader, std::stop_token stop);
  absl::Status Reconsider(Reader& reader, std::stop_token stop);

  store::Store& store_;
  const Clock& clock_;
  std::vector<Reader> readers_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace entrepot::trade
