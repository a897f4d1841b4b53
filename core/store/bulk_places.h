// Where in the change log the records of bulk kinds stand: the newest entry of each is the record.
// So a changed row costs an appended entry and eight bytes here, in whatever order rows come.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/database.h"
#include "core/store/log_row.h"

namespace entrepot::store {

// seq 0: no record of a bulk kind has this id.
struct BulkPlace {
  domain::Kind kind{};
  uint64_t seq = 0;
};

// The writer's, all of them in memory; written to the file by segments.
class BulkPlaces {
 public:
  absl::Status Load(Connection& db);
  BulkPlace Find(uint64_t id) const;
  void Set(uint64_t id, BulkPlace place);
  // Writes what was set since the last flush.
  absl::Status Flush(Connection& db);

  size_t staged() const { return undo_.size(); }
  void DropTo(size_t count);
  void Commit() { undo_.clear(); }

  // The seqs of all records, or of those of one kind that are wanted, ascending: the order in which
  // the file has them.
  std::vector<uint64_t> Seqs() const;
  std::vector<uint64_t> SeqsOf(domain::Kind kind,
                               const std::function<bool(uint64_t id)>& wanted) const;

 private:
  void MarkDirty(uint64_t id);

  std::vector<uint64_t> places_;                     // by id, packed
  std::vector<std::pair<uint64_t, uint64_t>> undo_;  // id, and what was there
  std::vector<uint64_t> dirty_;                      // segments
  std::vector<bool> is_dirty_;                       // by segment
};

// In a connection's own view.
absl::StatusOr<BulkPlace> FindBulkPlace(Connection& db, uint64_t id);

// Calls `visit` for the entry of each of these records.
// `at`: when it was written, microseconds.
using BulkVisitor = std::function<absl::Status(const PackedEntry& record, int64_t at)>;
absl::Status VisitBulk(Connection& db, const std::vector<uint64_t>& seqs, const BulkVisitor& visit);

// Calls `visit` for each record of a bulk kind with an id above `after`, ascending (below `after`,
// 0 meaning the end, descending), until it returns false. `at`: when it was changed.
using BulkScanner = std::function<bool(const PackedEntry& record, int64_t at)>;
absl::Status ScanBulk(Connection& db, domain::Kind kind, uint64_t after, bool descending,
                      const BulkScanner& visit);

}  // namespace entrepot::store
