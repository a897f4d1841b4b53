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
#include "core/store/packing.h"

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

// A row as read; reused for the next one. Entries are unpacked as far as they are asked for.
class LogRow {
 public:
  // The row that `query` stands on: columns first_seq, last_seq, at, entries.
  void Fill(const Statement& query);
  // All entries of the row, by seq. DATA_LOSS.
  absl::StatusOr<const std::vector<PackedEntry>*> Entries();
  // Reads the row that would hold `seq`, unless it is the one at hand. nullptr: the entry is not
  // kept. The entry lives until the next call. DATA_LOSS.
  absl::StatusOr<const PackedEntry*> Find(Connection& db, uint64_t seq);
  // The row at hand may have been rolled back or thinned.
  void Forget() { last_seq_ = 0; }

  uint64_t first_seq() const { return first_seq_; }
  uint64_t last_seq() const { return last_seq_; }  // of the row when it was written
  int64_t at() const { return at_; }               // microseconds

 private:
  absl::Status UnpackTo(uint64_t seq);

  uint64_t first_seq_ = 0;
  uint64_t last_seq_ = 0;  // 0: no row is at hand
  int64_t at_ = 0;
  std::string bytes_;
  std::vector<PackedEntry> entries_;
  Unpacker rest_{{}};  // of bytes_, behind the entries
};

}  // namespace entrepot::store
