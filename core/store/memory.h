// What the writer keeps in memory beside the file, and how it is undone: every part remembers what
// was staged since the last commit, and drops what a savepoint rolled back.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/store/bindings.h"
#include "core/store/bulk_index.h"
#include "core/store/bulk_places.h"
#include "core/store/change_log.h"
#include "core/store/conflicts.h"
#include "core/store/database.h"
#include "core/store/epoch.h"
#include "core/store/names.h"
#include "core/store/projection.h"
#include "core/store/waiting.h"

namespace entrepot::store {

struct Memory {
  Names names;
  BulkIndex bulk_index;
  BulkPlaces bulk_places;
  Bindings bindings{&names};
  AwaitedKeys awaited;
  ContestedRecords contested;
  bool wake = false;  // of the transaction under way: see Transaction::WakeReaders
  std::vector<Projection*> projections;  // borrowed
  Head head;
  Epoch epoch;                // since the start
  std::vector<int64_t> live;  // records that are not deleted, by number of the kind

  // Where everything stands now.
  struct Mark {
    size_t names = 0;
    size_t bulk_index = 0;
    size_t bulk_places = 0;
    size_t bindings = 0;
    std::vector<size_t> projections;
    Head head;
    std::vector<int64_t> live;
  };
  Mark TakeMark() const;
  void DropTo(const Mark& mark);
  // Makes what is staged visible to other threads: its transaction is committed.
  void Commit();

  // Before the writer starts: from the file.
  absl::Status Load(Connection& db);
};

// Reads the counts of `Memory::live`, and writes those that differ from `saved`.
absl::StatusOr<std::vector<int64_t>> LoadLive(Connection& db);
absl::Status SaveLive(Connection& db, const std::vector<int64_t>& live,
                      const std::vector<int64_t>& saved);
absl::StatusOr<uint64_t> FindLive(Connection& db, domain::Kind kind);

}  // namespace entrepot::store
