// One hub has the store: a lock on a file beside it, with the owner's pid inside. The system drops
// the lock when the process ends, however it ends.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"

namespace entrepot::store {

class FileLock {
 public:
  // FAILED_PRECONDITION (STORE_IN_USE) that names the owner's pid; UNAVAILABLE (STORE_IO).
  static absl::StatusOr<FileLock> Take(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace entrepot::store
