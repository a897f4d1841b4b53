#include "core/store/durable_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

// What a disk should still have afterwards, for the log of whoever else writes to it.
constexpr uint64_t kSpareBytes = 16 << 20;

absl::Status IoError(const std::filesystem::path& path, std::string_view what, int error) {
  return Failure(absl::StatusCode::kUnavailable, error == ENOSPC ? "STORE_FULL" : "STORE_IO",
                 fmt::format("{} cannot be {} ({}): check its folder, its owner and its disk",
                             path.string(), what, std::strerror(error)));
}

std::filesystem::path FolderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

absl::Status SyncToDisk(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return IoError(path, "opened", errno);
  const int error = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  return error == 0 ? absl::OkStatus() : IoError(path, "written to the disk", error);
}

absl::Status RenameDurably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return IoError(to, "given its name", errno);
  return SyncToDisk(FolderOf(to));
}

absl::Status MakePrivateFile(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return IoError(file, "made", errno);
  close(descriptor);
  return absl::OkStatus();
}

absl::Status CheckSpace(const std::filesystem::path& folder, uint64_t bytes) {
  struct statvfs disk {};
  if (statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) {
    return IoError(folder, "used", errno);
  }
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= bytes + kSpareBytes) return absl::OkStatus();
  return Failure(absl::StatusCode::kUnavailable, "STORE_FULL",
                 fmt::format("{} has {} MB free and {} MB are needed: free some space, or choose "
                             "another disk",
                             folder.empty() ? "." : folder.string(), free >> 20,
                             ((bytes + kSpareBytes) >> 20) + 1));
}

uint64_t StoreBytes(const std::filesystem::path& file) {
  uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(file.string() + suffix, error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace entrepot::store
