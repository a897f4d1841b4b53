// Waits for files in a folder with Linux's inotify, which sees what programs of this machine do: on
// a network share that others write to, only the hub's interval finds files. Not thread-safe but
// for Wake.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace entrepot::csv {

class FolderWatch {
 public:
  FolderWatch(std::string folder, std::function<bool(const std::string& name)> wanted);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // True: a wanted file was completed or moved here since the call before, or nothing was watched
  // until now. False: the time is over, or Wake. Throws kUnavailable where the folder is not there
  // or the system watches no more folders.
  bool Wait(std::chrono::milliseconds time);
  // Any thread: a Wait that runs, or the next one, returns.
  void Wake();

 private:
  void Begin();
  void End();
  bool TakeEvents();

  const std::string folder_;
  const std::function<bool(const std::string&)> wanted_;
  int wake_ = -1;    // eventfd, from construction to destruction
  int notify_ = -1;  // inotify; -1: nothing is watched
};

}  // namespace entrepot::csv
