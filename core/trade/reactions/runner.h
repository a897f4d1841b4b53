// Runs the business's reactions to what entered the log: shipments make invoices, new stock and
// supplies move promises. Each reaction has a cursor of its own ("reaction:invoice"), and each step
// is one transaction with it, so that a crash repeats nothing and loses nothing.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/trade/reactions/reaction.h"

namespace entrepot::trade {

// Start and Stop from one thread; RunOnce from any, but not while started.
class Reactions {
 public:
  // `store` outlives it.
  Reactions(store::Store& store, std::vector<std::unique_ptr<Reaction>> reactions);
  ~Reactions();  // Stop

  void Start();
  void Stop();  // Ends after the step under way. Idempotent.

  // Of the reactions, in their order: their cursors are named "reaction:<name>".
  std::vector<std::string> names() const;

  // Takes every reaction to the end of the log, in the caller's thread. Reactions that cause each
  // other are repeated until none has anything to do. Errors: as Store::Write and Reader.
  absl::Status RunOnce();

 private:
  void Run(std::stop_token stop);

  store::Store& store_;
  std::vector<std::unique_ptr<Reaction>> reactions_;
  std::jthread thread_;
};

}  // namespace entrepot::trade
