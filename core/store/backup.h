// Backups of the store: one file each, made while the hub runs or not, and restored while it does
// not. For the command line; a process that is not the hub.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/items.h"

namespace entrepot::store {

struct BackupOptions {
  std::filesystem::path folder;  // the data folder
  std::filesystem::path file;    // made, with mode 0600; whole or not at all
  bool overwrite = false;
  absl::Time now;
  std::function<void(uint64_t bytes_done, uint64_t bytes_total)> progress = [](auto, auto) {};
};

struct BackupReport {
  uint64_t bytes = 0;
  uint64_t log_head = 0;  // the newest entry of the change log that it holds
};

// Copies the store as of one moment; whoever writes meanwhile does not wait. NOT_FOUND (NO_STORE),
// ALREADY_EXISTS (BACKUP_EXISTS), UNAVAILABLE (STORE_FULL, STORE_IO, STORE_BUSY), DATA_LOSS
// (STORE_CORRUPT).
absl::StatusOr<BackupReport> BackUp(const BackupOptions& options);

struct RestoreOptions {
  std::filesystem::path folder;  // the data folder, which is there
  std::filesystem::path file;    // the backup; left as it is
  absl::Time now;
  // Document numbers begin that much higher: more than were given since the backup.
  uint64_t numbers_skipped = 100'000;
};

struct RestoreReport {
  std::filesystem::path replaced;  // the store that was there before; empty: none
  Epoch epoch;                     // that begins
  uint64_t records = 0;
  uint64_t unknown = 0;  // deliveries that are looked up at the other side first
};

// Puts the backup in the store's place, which is kept beside it, and begins a new epoch: numbers,
// ids and revisions of the time that is lost are not given again, and what may have been delivered
// in it is looked for before it is sent. Changes nothing unless it succeeds. NOT_FOUND
// (NO_BACKUP), FAILED_PRECONDITION (STORE_IN_USE: a hub runs; NOT_A_STORE; STORE_TOO_NEW),
// DATA_LOSS (STORE_CORRUPT: the backup is damaged), UNAVAILABLE (STORE_FULL, STORE_IO).
absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options);

}  // namespace entrepot::store
