// What makes a file outlive a power cut, and what must be known before it is written.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/status.h"

namespace entrepot::store {

// Writes a file, or a folder's list of files, to the disk. UNAVAILABLE (STORE_IO).
absl::Status SyncToDisk(const std::filesystem::path& path);

// Gives a file its final name, for good: both stand in one folder. What had the name is replaced.
// UNAVAILABLE (STORE_IO).
absl::Status RenameDurably(const std::filesystem::path& from, const std::filesystem::path& to);

// An empty file with mode 0600. UNAVAILABLE (STORE_IO).
absl::Status MakePrivateFile(const std::filesystem::path& file);

// Can `bytes` more be written to this folder's disk? UNAVAILABLE (STORE_FULL; STORE_IO where the
// folder is not there).
absl::Status CheckSpace(const std::filesystem::path& folder, uint64_t bytes);

// Of a store's file and its WAL; 0: there is none.
uint64_t StoreBytes(const std::filesystem::path& file);

}  // namespace entrepot::store
