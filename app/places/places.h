// Where things are, in the data folder and beside the programs: the daemon makes them, the command
// line finds them.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot {

// Makes the data folder, readable for its owner only, where it is not there. UNAVAILABLE
// (DATA_FOLDER): it cannot be made, or is not this user's.
absl::Status MakeDataFolder(const config::v1::Hub& hub);

// hub.socket, or hub.sock in the data folder.
std::filesystem::path SocketOf(const config::v1::Hub& hub);
std::filesystem::path TokenFileOf(const config::v1::Hub& hub);
// Copies of loaded connectors.
std::filesystem::path PluginCopiesOf(const config::v1::Hub& hub);

// Where connectors are searched, in this order: hub.plugin_folders, then what comes with this
// program: beside it in a build folder, or as installed.
std::vector<std::filesystem::path> PluginFoldersOf(const config::v1::Hub& hub);

}  // namespace entrepot
