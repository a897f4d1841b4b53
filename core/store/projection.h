// What reads every record into memory and keeps up with the log inside the writer's transactions:
// trade's stock index, for example. The store calls it and knows nothing of what it keeps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/domain/kind.h"
#include "google/protobuf/message.h"

namespace entrepot::store {

// Who made a revision, and when the hub took it.
struct Revision {
  std::string_view origin;  // "warehouse/stock"
  absl::Time at;
};

// One record before and after a change. The messages live until the call returns.
struct RecordChange {
  uint64_t id;
  domain::Kind kind;
  uint64_t revision;
  // nullptr: new, deleted before, or see Projection::NeedsBefore.
  const google::protobuf::Message* before;
  const google::protobuf::Message* after;  // nullptr: deleted now
  Revision made;                           // who made the change, and when
};

// Two records of a kind that are the same by what a projection compares them by.
struct EqualPair {
  uint64_t one;
  uint64_t other;
  domain::Kind kind;
  std::string rule;  // "tax_id"
};

// All calls come from the writer's thread, except Load, which comes before it starts. Readers on
// other threads must see committed changes only: stage in Stage, publish in Commit.
class Projection {
 public:
  virtual ~Projection() = default;
  // Only changes of these kinds are given to it.
  virtual bool Wants(domain::Kind kind) const = 0;
  // False: `before` is not read where the record stays and keeps its key. Where nobody reads it, it
  // is not parsed.
  virtual bool NeedsBefore(domain::Kind) const { return true; }
  // Once for every kept record that is not deleted, in order of kind's dependency; `newest` tells
  // of its newest revision.
  virtual void Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                    const Revision& newest) = 0;
  virtual void Stage(const RecordChange& change) = 0;
  // How many changes are staged; DropTo(n) forgets those staged after the n-th.
  virtual size_t staged() const = 0;
  virtual void DropTo(size_t count) = 0;
  // Publishes all that is staged.
  virtual void Commit() = 0;
  // Pairs that were found since the last call; asked for at the end of every work.
  virtual std::vector<EqualPair> TakeEqual() { return {}; }
};

}  // namespace entrepot::store
