#include "plugins/host/plugins.h"

#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <set>
#include <system_error>
#include <utility>

#include "core/base/log.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "plugins/host/plugin_connection.h"

namespace entrepot::host {

namespace fs = std::filesystem;

Plugins::Plugins(std::vector<fs::path> folders, fs::path copies)
    : folders_(std::move(folders)), copies_(std::move(copies)) {}

absl::StatusOr<connector::v1::Manifest> Plugins::Describe(const std::string& id) {
  ASSIGN_OR_RETURN(const auto library, Get(id));
  return library->manifest();
}

absl::StatusOr<std::unique_ptr<sync::Connector>> Plugins::Open(
    const std::string& id, const connector::v1::OpenRequest& request) {
  ASSIGN_OR_RETURN(auto library, Get(id));
  ASSIGN_OR_RETURN(auto connection, PluginConnection::Open(std::move(library), request));
  return std::unique_ptr<sync::Connector>(std::move(connection));
}

std::vector<std::string> Plugins::Known() const {
  std::set<std::string> ids;
  for (const fs::path& folder : folders_) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
      if (entry.path().extension() == ".so") ids.insert(entry.path().stem().string());
    }
  }
  return {ids.begin(), ids.end()};
}

absl::StatusOr<Plugins::Stamp> Plugins::Search(const std::string& id) const {
  for (const fs::path& folder : folders_) {
    // An id is a name, never a way out of the folder.
    if (id.empty() || id.find('/') != std::string::npos) break;
    const fs::path file = folder / (id + ".so");
    struct stat found;
    if (::stat(file.c_str(), &found) != 0) continue;
    return Stamp{file, found.st_ino, static_cast<uint64_t>(found.st_size),
                 found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
  }
  std::string places;
  for (const fs::path& folder : folders_) {
    places += (places.empty() ? "" : ", ") + folder.string();
  }
  const std::vector<std::string> known = Known();
  return Failure(absl::StatusCode::kNotFound, "CONNECTOR_NOT_FOUND",
                 fmt::format("there is no connector \"{}\"{}; {} in {}", id, DidYouMean(id, known),
                             known.empty() ? std::string("there is none at all")
                                           : fmt::format("there are {}", fmt::join(known, ", ")),
                             places.empty() ? "the configured folders (there are none)" : places));
}

absl::StatusOr<std::shared_ptr<const Library>> Plugins::Get(const std::string& id) {
  ASSIGN_OR_RETURN(Stamp stamp, Search(id));
  const std::lock_guard lock(mutex_);
  const auto known = loaded_.find(id);
  if (known != loaded_.end() && known->second.stamp == stamp) return known->second.library;
  ASSIGN_OR_RETURN(auto library, Library::Load(stamp.file, copies_));
  if (library->manifest().id() != id) {
    return Failure(absl::StatusCode::kFailedPrecondition, "CONNECTOR_REFUSED",
                   fmt::format("{} is connector '{}': name the file {}.so", stamp.file.string(),
                               library->manifest().id(), library->manifest().id()));
  }
  log::Info(known == loaded_.end() ? "connector loaded" : "connector loaded in a new version",
            {{"connector", id},
             {"version", library->manifest().version()},
             {"file", stamp.file.string()}});
  loaded_[id] = {std::move(stamp), library};
  return library;
}

}  // namespace entrepot::host
