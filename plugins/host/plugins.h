// The connectors that this hub can use: shared objects named "<id>.so" in a list of folders.
// Implements core/sync's Connectors; made once, by the program that wires everything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sync/ports.h"
#include "plugins/host/library.h"

namespace entrepot::host {

// Thread-safe. A file that has changed since it was loaded is loaded anew, beside the old one: what
// is open stays as it is, what is opened next gets the new version.
class Plugins final : public sync::Connectors {
 public:
  // `folders` are searched in this order and need not exist. `copies` is a folder of the hub's own
  // (in its data folder), where the loaded copies lie.
  Plugins(std::vector<std::filesystem::path> folders, std::filesystem::path copies);

  // Errors of both: NOT_FOUND (CONNECTOR_NOT_FOUND) that names the known ones, and those of
  // Library::Load; of Open also those of PluginConnection.
  absl::StatusOr<connector::v1::Manifest> Describe(const std::string& id) override;
  absl::StatusOr<std::unique_ptr<sync::Connector>> Open(
      const std::string& id, const connector::v1::OpenRequest& request) override;

  // Ids of the files there are now, sorted; they are not inspected.
  std::vector<std::string> Known() const;

 private:
  // Tells one content of a file from another.
  struct Stamp {
    std::filesystem::path file;
    uint64_t inode = 0;
    uint64_t size = 0;
    int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Loaded {
    Stamp stamp;
    std::shared_ptr<const Library> library;
  };
  absl::StatusOr<std::shared_ptr<const Library>> Get(const std::string& id);
  absl::StatusOr<Stamp> Search(const std::string& id) const;

  const std::vector<std::filesystem::path> folders_;
  const std::filesystem::path copies_;
  std::mutex mutex_;  // guards what follows; held while a library is loaded
  std::map<std::string, Loaded> loaded_;
};

}  // namespace entrepot::host
