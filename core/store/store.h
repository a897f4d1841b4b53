// The embedded store: one SQLite file (WAL, FULL), one hub. The only SQL of the project is in this
// folder, and no SQLite type leaves it.
//
// Writes go through one thread with two classes of work: interactive before bulk. Several waiting
// interactive works share one commit, each in a savepoint of its own. Reads come from snapshots on
// any thread and never wait for the writer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/store/projection.h"
#include "core/store/snapshot.h"
#include "core/store/transaction.h"

namespace entrepot::store {

struct StoreOptions {
  std::filesystem::path folder;  // created with mode 0700; the file is entrepot.db in it
  const Clock* clock = nullptr;  // outlives the store
  int writes_waiting_max = 1000;
  absl::Duration bulk_history_kept = absl::Hours(720);
  absl::Duration answers_kept = absl::Hours(720);
  absl::Duration runs_kept = absl::Hours(2160);
  absl::Duration settled_kept = absl::Hours(8760);
};

// Thread-safe after Start.
class Store {
 public:
  // Takes the file's lock, migrates, and checks that it is a store of this or an older version.
  // FAILED_PRECONDITION (STORE_IN_USE: another hub has it; STORE_TOO_NEW; NOT_A_STORE), UNAVAILABLE
  // (STORE_IO, STORE_READ_ONLY, STORE_FULL), DATA_LOSS (STORE_CORRUPT).
  static absl::StatusOr<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~Store();  // Stop

  // Before Start; `projection` outlives the store.
  void AddProjection(Projection* projection);
  // Loads what is kept in memory, and starts the writer.
  absl::Status Start();
  // Ends after the work under way; what still waits gets UNAVAILABLE (SHUTTING_DOWN). Idempotent.
  void Stop();

  // `work` returns OK to keep what it did, anything else to undo all of it; it may be called once
  // more when the first commit fails for a reason that passes. Runs on the writer's thread: keep it
  // short, block on nothing. OK means durable.
  using Work = std::function<absl::Status(Transaction&)>;
  using Done = std::function<void(absl::Status)>;

  // Interactive. UNAVAILABLE (TOO_MANY_WRITES, STORE_FULL, STORE_BUSY, STORE_IO, SHUTTING_DOWN).
  absl::Status Write(Work work);
  // As Write, answered on the writer's thread; a refusal at once on the caller's.
  void WriteAsync(Work work, Done done);
  // Background: runs when no interactive work waits, or after it has waited for a quarter of a
  // second; alone in its transaction. Callers wait for each other.
  absl::Status WriteBulk(Work work);

  // A consistent view of the last commit. Cheap; short-lived: an old one keeps the WAL from being
  // reused. The store must outlive it.
  absl::StatusOr<Snapshot> Read() const;

  // The record that others call so, committed ones only, from memory: for the mapping stage, which
  // asks millions of times a second. By a connection's outside id, and by the key of kinds whose
  // key is one text. Deleted records are found too.
  std::optional<uint64_t> ResolveBinding(std::string_view connection, domain::Kind kind,
                                         std::string_view outside_id) const;
  std::optional<uint64_t> ResolveKeyText(domain::Kind kind, std::string_view text) const;
  // One more whenever an outside id or a key comes to mean another record than before, or none:
  // what was resolved before holds no longer.
  uint64_t identity_generation() const;

  // Removes all that is older than its retention. The writer does so by itself in small steps, when
  // it has nothing else to do; this waits for it.
  absl::Status Thin();

  // The newest committed entry of the change log.
  uint64_t log_head() const;
  // Blocks until the log is longer than `after`, or the deadline. Returns the head.
  uint64_t WaitForLog(uint64_t after, absl::Time deadline) const;
  // Called after each commit that lengthened the log, or asked for it (Transaction::WakeReaders),
  // on the writer's thread: wake somebody, return. The subscription ends with the returned object,
  // which waits for a call under way; it must not go inside one.
  std::shared_ptr<void> OnCommit(std::function<void(uint64_t head)> callback);

  uint64_t FileBytes() const;
  // Works that wait for the writer now.
  struct Waiting {
    uint64_t interactive = 0;
    uint64_t bulk = 0;
  };
  Waiting waiting() const;
  // Of this run of the hub. Since Start.
  const Epoch& epoch() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::store
