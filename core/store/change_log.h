// The change log: the writer's end, the readers' questions, and the thinning of old entries of bulk
// kinds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/log_row.h"
#include "core/store/names.h"

namespace entrepot::store {

// Where ids and the log stand: the row of table `head`.
struct Head {
  uint64_t record_id = 0;
  uint64_t seq = 0;
  uint64_t thinned_seq = 0;
  friend bool operator==(const Head&, const Head&) = default;
};

absl::StatusOr<Head> LoadHead(Connection& db);
absl::Status SaveHead(Connection& db, const Head& head);

// The writer's end of the log. Rows fill a page of the file each.
class LogWriter {
 public:
  // The body is copied. Entries of bulk kinds stand in rows of their own.
  absl::Status Append(Connection& db, const PackedEntry& entry, absl::Time at);
  absl::Status Flush(Connection& db);
  // Forgets what is not flushed: it was rolled back.
  void Drop();

  // 0: nothing is held back.
  uint64_t first_held_seq() const { return entries_.empty() ? 0 : first_seq_; }

 private:
  uint64_t first_seq_ = 0;
  uint64_t last_seq_ = 0;
  bool bulk_ = false;
  absl::Time at_;
  std::string entries_;
};

// See Reader::ReadLogOf and Reader::History.
absl::StatusOr<LogPart> ReadLogAfter(Connection& db, const Names& names,
                                     const domain::KindSet& kinds, uint64_t after, int limit);
absl::StatusOr<std::vector<LogEntry>> ReadChain(Connection& db, const Names& names,
                                                uint64_t last_seq, int limit);

// True: this entry is its record as it is now.
using IsRecord = std::function<bool(const PackedEntry& entry)>;

// Leaves of at most `rows` rows of bulk entries older than `before` only what is still a record,
// and moves head's thinned_seq. Returns how many rows it took.
absl::StatusOr<int> ThinLog(Connection& db, absl::Time before, int rows, const IsRecord& is_record,
                            Head* head);
// The same again for rows thinned before, from `*after` on, which it moves; 0 after the last row.
absl::StatusOr<int> SweepThinned(Connection& db, int rows, const IsRecord& is_record,
                                 uint64_t* after);

}  // namespace entrepot::store
