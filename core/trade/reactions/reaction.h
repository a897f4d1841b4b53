// One reaction of the business: which entries of the log concern it, and what it does about them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/items.h"
#include "core/store/snapshot.h"
#include "core/store/transaction.h"

namespace entrepot::trade {

// Called by one thread at a time, except for name.
class Reaction {
 public:
  virtual ~Reaction() = default;
  // Stable between releases: the cursor is "reaction:" and this.
  virtual std::string_view name() const = 0;

  // Kinds of which entries may concern it now.
  virtual domain::KindSet Kinds() const = 0;
  // Is there anything to do about an entry? Asked for every entry of these kinds, so it is cheap.
  virtual bool Concerns(const store::LogEntry& entry, const store::Reader& reader) const = 0;

  // Does it about entries that concern it, in their order, in the transaction that moves the cursor
  // past them. Goes by the records as they are now, so that doing it twice does nothing more.
  // Returns how many entries it is done with: a step stays short, and what is left comes again.
  // Less than all only after it wrote something.
  virtual absl::StatusOr<size_t> Handle(std::span<const store::LogEntry> entries,
                                        store::Transaction& transaction) = 0;

  // Whenever this text changes, all orders are looked at again, as if each had just changed: what
  // depends on the day names the day. Empty: never.
  virtual std::string Epoch(absl::Time) const { return ""; }
  // As Concerns, for an order that is looked at again.
  virtual bool Reconsiders(const v1::Order& order) const = 0;
};

}  // namespace entrepot::trade
