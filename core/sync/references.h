// Finds the record that a row refers to: by the connection's binding of the outside id first, then
// by the kind's key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "core/base/digest.h"
#include "core/mapping/mapping.h"
#include "core/store/snapshot.h"
#include "core/store/store.h"

namespace entrepot::sync {

// Looks into a transaction or a snapshot, with no memory. `status` gets the first error of the
// store, and an item resolved after it is not to be trusted. All are borrowed.
mapping::Resolver ResolveIn(const store::Reader* reader, const std::string* connection,
                            absl::Status* status);

// For the thread that reads ahead: looks into a fresh snapshot for every batch and remembers what
// it found. Thread-compatible.
class References {
 public:
  References(const store::Store* store, std::string connection);

  // A hint that Resolve is asked for this soon: its memory is fetched.
  void Expect(domain::Kind kind, std::string_view outside_id) const;
  std::optional<uint64_t> Resolve(domain::Kind kind, std::string_view outside_id);
  // `generation`: of identity. What was found in an earlier one is forgotten.
  void BeginBatch(uint64_t generation);
  // Lets go of the snapshot, so that the next batch sees what was committed meanwhile.
  void EndBatch() { snapshot_.reset(); }
  // Of the store, since the start.
  const absl::Status& status() const { return status_; }

 private:
  std::optional<uint64_t> LookUp(domain::Kind kind, std::string_view outside_id);

  static constexpr size_t kRememberedMax = 1'000'000;
  const store::Store* store_;
  std::string connection_;
  store::Snapshot snapshot_;
  absl::flat_hash_map<Digest128, uint64_t> found_;
  uint64_t generation_ = 0;
  absl::Status status_;
};

}  // namespace entrepot::sync
