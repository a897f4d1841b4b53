// One row of the change log: up to a page of entries, packed. Entries carry their seq, so that a
// thinned row keeps the places of what is left.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/digest.h"
#include "core/domain/kind.h"
#include "core/store/database.h"

namespace entrepot::store {

struct PackedEntry {
  uint64_t seq = 0;
  uint64_t record_id = 0;
  domain::Kind kind{};
  uint64_t revision = 0;
  uint64_t previous_seq = 0;
  uint32_t origin = 0;
  bool deleted = false;
  // Bulk kinds: what the record's index in memory is rebuilt from.
  bool bulk = false;
  uint64_t base_digest = 0;
  Digest128 key;
  std::string_view body;  // borrows from the row
};

void PackEntry(const PackedEntry& entry, uint64_t first_seq, std::string* out);

// A row as read; reused for the next one.
class LogRow {
 public:
  // The row that `query` stands on: columns first_seq, at, entries. DATA_LOSS.
  absl::Status Fill(const Statement& query);
  // Reads the row that would hold `seq`, unless it is the one at hand. nullptr: the entry is not
  // kept. The entry lives until the next call.
  absl::StatusOr<const PackedEntry*> Find(Connection& db, uint64_t seq);
  // The row at hand may have been rolled back or thinned.
  void Forget() { entries_.clear(); }

  const std::vector<PackedEntry>& entries() const { return entries_; }
  uint64_t first_seq() const { return first_seq_; }
  int64_t at() const { return at_; }  // microseconds

 private:
  uint64_t first_seq_ = 0;
  int64_t at_ = 0;
  std::string bytes_;
  std::vector<PackedEntry> entries_;  // by seq
};

}  // namespace entrepot::store
