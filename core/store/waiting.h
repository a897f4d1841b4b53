// The books of rows that did not become records: parked ones, which wait for a key, and dead
// letters, which need a person. Both hold the newest for each (dataset, outside id).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

// The keys that parked items wait for, in memory, so that a key nobody awaits costs nothing when it
// comes. May hold more than are awaited, never fewer. The writer's.
class AwaitedKeys {
 public:
  absl::Status Load(Connection& db);
  bool AwaitsAny(std::string_view kind) const { return kinds_.contains(kind); }
  bool Awaits(std::string_view kind, std::string_view key) const;
  void Add(std::string_view kind, std::string_view key);
  // Between transactions: forgets keys that have come, where there may be many of them.
  absl::Status Prune(Connection& db);

 private:
  absl::flat_hash_set<Digest128> keys_;
  std::set<std::string, std::less<>> kinds_;
  size_t prune_at_ = 100'000;
};

// `queued`: its key is there already. Returns the item's id.
absl::StatusOr<uint64_t> SaveParked(Connection& db, const ParkedItem& item, bool queued);
absl::StatusOr<uint64_t> SaveDeadLetter(Connection& db, const DeadLetter& letter);
// True: something stood in one of the books.
absl::StatusOr<bool> ForgetItem(Connection& db, std::string_view dataset,
                                std::string_view outside_id);
absl::Status DeleteParked(Connection& db, uint64_t id);
absl::Status DeleteDeadLetter(Connection& db, uint64_t id);

// The key has come: its waiters are queued. `connection`: only those of its datasets; empty: all.
absl::Status QueueWaiters(Connection& db, std::string_view connection, std::string_view kind,
                          std::string_view key);
absl::StatusOr<std::vector<ParkedItem>> ListQueued(Connection& db, int limit);

absl::StatusOr<std::vector<ParkedItem>> ListParkedItems(Connection& db, const Page& page);
absl::StatusOr<uint64_t> CountParkedItems(Connection& db, std::string_view dataset);
absl::StatusOr<std::vector<DeadLetter>> ListLetters(Connection& db, std::string_view dataset,
                                                    const Page& page);
// See Reader.
absl::StatusOr<std::vector<ParkedItem>> ListParkedAbout(Connection& db, const Concern& concern,
                                                        int limit);
absl::StatusOr<std::vector<DeadLetter>> ListLettersAbout(Connection& db, const Concern& concern,
                                                         int limit);
absl::StatusOr<std::optional<DeadLetter>> FindLetter(Connection& db, uint64_t id);
absl::StatusOr<uint64_t> CountLetters(Connection& db, std::string_view dataset);

}  // namespace entrepot::store
