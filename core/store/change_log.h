// The change log: entries packed many to a row, each with the body of its revision and the seq of
// the entry before of the same record, so that the log is the history as well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
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

// The writer's end of the log.
class LogWriter {
 public:
  struct Entry {
    uint64_t record_id;
    domain::Kind kind;
    uint64_t revision;
    uint64_t previous_seq;
    bool deleted;
    uint32_t origin;
    std::string_view body;  // copied
  };
  // Entries of bulk kinds stand in rows of their own, which can be thinned by age.
  absl::Status Append(Connection& db, uint64_t seq, const Entry& entry, bool bulk, absl::Time at);
  absl::Status Flush(Connection& db);
  // Forgets what is not flushed: it was rolled back.
  void Drop();

 private:
  uint64_t first_seq_ = 0;
  int count_ = 0;
  bool bulk_ = false;
  absl::Time at_;
  std::string entries_;
};

// See Reader::ReadLog and Reader::History.
absl::StatusOr<std::vector<LogEntry>> ReadLogAfter(Connection& db, const Names& names,
                                                   uint64_t after, int limit);
absl::StatusOr<std::vector<LogEntry>> ReadChain(Connection& db, const Names& names,
                                                uint64_t last_seq, int limit);

// Deletes at most `rows` rows of bulk entries older than `before`, and moves head's thinned_seq.
// Returns how many were deleted.
absl::StatusOr<int> ThinLog(Connection& db, absl::Time before, int rows, Head* head);

}  // namespace entrepot::store
