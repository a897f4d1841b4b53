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
#include <string>
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
};

// Thread-safe after Start.
class Store {
 public:
  // Takes the file's lock, migrates, and checks that it is a store of this or an older version.
  // FAILED_PRECONDITION (STORE_IN_USE: another hub has it; STORE_TOO_NEW), UNAVAILABLE (STORE_IO).
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

  // Interactive. UNAVAILABLE (TOO_MANY_WRITES, STORE_FULL, STORE_IO, SHUTTING_DOWN).
  absl::Status Write(Work work);
  // As Write, answered on the writer's thread.
  void WriteAsync(Work work, Done done);
  // Background: runs when no interactive work waits, alone in its transaction. At most one waits.
  absl::Status WriteBulk(Work work);

  // A consistent view of the last commit. Cheap; short-lived.
  absl::StatusOr<Snapshot> Read() const;

  // The newest committed entry of the change log.
  uint64_t log_head() const;
  // Blocks until the log is longer than `after`, or the deadline. Returns the head.
  uint64_t WaitForLog(uint64_t after, absl::Time deadline) const;
  // Called after each commit that lengthened the log, on the writer's thread: wake somebody,
  // return. The subscription ends with the returned object.
  std::shared_ptr<void> OnCommit(std::function<void(uint64_t head)> callback);

  uint64_t FileBytes() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::store
