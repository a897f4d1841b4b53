#include "folder_watch.h"

#include <entrepot/sdk/error.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace entrepot::csv {
namespace {

constexpr uint32_t kArrivals = IN_CLOSE_WRITE | IN_MOVED_TO;
constexpr uint32_t kFolderGone = IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

}  // namespace

FolderWatch::FolderWatch(std::string folder, std::function<bool(const std::string&)> wanted)
    : folder_(std::move(folder)),
      wanted_(std::move(wanted)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw sdk::Internal(std::string("no eventfd: ") + strerror(errno));
}

FolderWatch::~FolderWatch() {
  End();
  close(wake_);
}

void FolderWatch::Begin() {
  notify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (notify_ >= 0 &&
      inotify_add_watch(notify_, folder_.c_str(), kArrivals | IN_DELETE_SELF | IN_MOVE_SELF) >= 0) {
    return;
  }
  const std::string why = strerror(errno);
  End();
  throw sdk::Unavailable("the folder '" + folder_ + "' cannot be watched: " + why);
}

void FolderWatch::End() {
  if (notify_ >= 0) close(notify_);
  notify_ = -1;
}

bool FolderWatch::Wait(std::chrono::milliseconds time) {
  if (notify_ < 0) {
    Begin();
    return true;
  }
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd ready[] = {{notify_, POLLIN, 0}, {wake_, POLLIN, 0}};
    const int count = poll(ready, 2, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (count < 0 && errno != EINTR) throw sdk::Internal(std::string("poll: ") + strerror(errno));
    if (count > 0 && ready[0].revents != 0 && TakeEvents()) return true;
    if (count > 0 && ready[1].revents != 0) {
      uint64_t calls = 0;
      (void)!read(wake_, &calls, sizeof(calls));
      return false;
    }
    if (left.count() <= 0) return false;
  }
}

// True: something wanted was among them.
bool FolderWatch::TakeEvents() {
  alignas(inotify_event) char buffer[16384];
  bool seen = false;
  ssize_t size = 0;
  while (notify_ >= 0 && (size = read(notify_, buffer, sizeof(buffer))) > 0) {
    for (ssize_t at = 0; at < size;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(event) + event.len);
      if ((event.mask & (IN_Q_OVERFLOW | kFolderGone)) != 0) seen = true;
      if ((event.mask & kArrivals) != 0 && event.len > 0 && wanted_(event.name)) seen = true;
      // The next Wait watches whatever is there under that name by then.
      if ((event.mask & kFolderGone) != 0) End();
      if (notify_ < 0) break;
    }
  }
  return seen;
}

void FolderWatch::Wake() {
  const uint64_t one = 1;
  (void)!write(wake_, &one, sizeof(one));
}

}  // namespace entrepot::csv
