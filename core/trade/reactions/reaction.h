// One reaction: which entries of the log concern it, and what it does about them.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "core/store/items.h"
#include "core/store/transaction.h"

namespace entrepot::trade {

// Called by one thread at a time.
class Reaction {
 public:
  virtual ~Reaction() = default;
  // Stable between releases: the cursor is kept under it.
  virtual std::string_view name() const = 0;
  virtual bool Concerns(domain::Kind kind) const = 0;
  // On the writer's thread, in the transaction that moves the cursor past these entries, all of a
  // kind that concerns it. Idempotent. Goes by the records as they are now, not as they were in
  // the entry. Sets `done` to how many of the entries it has handled, at least 1: the rest comes
  // with the next step, so that one step stays short.
  virtual absl::Status Handle(std::span<const store::LogEntry> entries, size_t* done,
                              store::Transaction& transaction) = 0;
};

}  // namespace entrepot::trade
