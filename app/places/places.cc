#include "app/places/places.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/reason.h"

namespace entrepot {

absl::Status MakeDataFolder(const config::v1::Hub& hub) {
  const std::filesystem::path folder = hub.data_folder();
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failure(
        absl::StatusCode::kUnavailable, "DATA_FOLDER",
        fmt::format("the data folder {} cannot be made: {}", folder.string(), strerror(errno)));
  }
  if (access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return absl::OkStatus();
  return Failure(absl::StatusCode::kUnavailable, "DATA_FOLDER",
                 fmt::format("the data folder {} cannot be used: {}; run the hub as the user whose "
                             "folder it is, or set hub.data_folder to one of your own",
                             folder.string(), strerror(errno)));
}

std::filesystem::path SocketOf(const config::v1::Hub& hub) {
  if (!hub.socket().empty()) return hub.socket();
  return std::filesystem::path(hub.data_folder()) / "hub.sock";
}

std::filesystem::path TokenFileOf(const config::v1::Hub& hub) {
  return std::filesystem::path(hub.data_folder()) / "token";
}

std::filesystem::path PluginCopiesOf(const config::v1::Hub& hub) {
  return std::filesystem::path(hub.data_folder()) / "plugins";
}

std::vector<std::filesystem::path> PluginFoldersOf(const config::v1::Hub& hub) {
  std::vector<std::filesystem::path> folders(hub.plugin_folders().begin(),
                                             hub.plugin_folders().end());
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return folders;
  const auto above = program.parent_path().parent_path();
  folders.push_back(above / "connectors");                            // build/release/bin/entrepotd
  folders.push_back(above / ENTREPOT_LIBDIR "/entrepot/connectors");  // /usr/bin/entrepotd
  return folders;
}

}  // namespace entrepot
