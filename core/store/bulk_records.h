// Records of bulk kinds on disk: those with neighbouring ids share one row, a segment, so that a
// million rows cost tens of thousands of statements. The writer changes segments in memory and
// writes them, in order, at the end of its transaction.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/domain/kind.h"
#include "core/store/database.h"

namespace entrepot::store {

struct BulkRecord {
  domain::Kind kind{};  // BODY_NOT_SET: there is none
  bool deleted = false;
  uint32_t origin = 0;
  uint64_t revision = 0;
  uint64_t last_seq = 0;
  int64_t changed_at = 0;
  uint64_t base_digest = 0;
  Digest128 key;
  std::string_view body;
};

// The writer's view.
class BulkRecords {
 public:
  // kind BODY_NOT_SET: there is none. The body borrows from here until the next call.
  absl::StatusOr<BulkRecord> Find(Connection& db, uint64_t id);
  // The body is copied; it may borrow from here.
  absl::Status Set(Connection& db, uint64_t id, const BulkRecord& record);
  absl::Status Flush(Connection& db);
  // Forgets what is not flushed: it was rolled back.
  void Drop();

 private:
  struct Segment;
  absl::StatusOr<Segment*> Load(Connection& db, uint64_t number);
  void Recycle();

  absl::flat_hash_map<uint64_t, Segment*> open_;
  std::vector<std::unique_ptr<Segment>> segments_;  // the first open_.size() are in use
  Segment* last_ = nullptr;

 public:
  BulkRecords();
  ~BulkRecords();
};

absl::StatusOr<BulkRecord> FindBulkOnDisk(Connection& db, uint64_t id, std::string* storage);

// Calls `visit` for each record of bulk kinds with an id above `after`, ascending (or below
// `after`, 0 meaning the end, descending), until it returns false.
using BulkVisitor = std::function<bool(uint64_t id, const BulkRecord& record)>;
absl::Status ScanBulk(Connection& db, uint64_t after, bool descending, const BulkVisitor& visit);

// An upper bound of how many there are, to reserve memory.
absl::StatusOr<uint64_t> BulkCountAtMost(Connection& db);

}  // namespace entrepot::store
