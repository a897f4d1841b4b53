#include "core/store/file_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/reason.h"

namespace entrepot::store {
namespace {

std::string ReadPid(int descriptor) {
  char text[32] = {};
  const ssize_t size = pread(descriptor, text, sizeof(text) - 1, 0);
  std::string pid(text, size > 0 ? static_cast<size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

absl::StatusOr<FileLock> FileLock::Take(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                   fmt::format("{} cannot be opened ({}): check the owner and permissions of its "
                               "folder",
                               file.string(), std::strerror(errno)));
  }
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE",
                   fmt::format("the data folder {} is in use by another hub (process {}): stop "
                               "that one, or give this one a folder of its own",
                               file.parent_path().string(), ReadPid(descriptor)));
  }
  const std::string pid = fmt::format("{}\n", getpid());
  // The pid is for people: the lock holds without it.
  if (ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(descriptor, pid.data(), pid.size(), 0);
  }
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace entrepot::store
