// What the command line takes from the hub's configuration file.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "core/config/load.h"

namespace entrepot::cli {

// The socket of the hub that runs with this file. The rest of the file may be wrong: somebody may
// be writing it while the hub runs. Usage error where the file does not say it.
absl::StatusOr<std::filesystem::path> SocketOf(const std::filesystem::path& file);

// The data folder and what else stands under `hub`; the rest of the file may be wrong. Usage error
// where it does not say the data folder.
absl::StatusOr<config::v1::Hub> HubOf(const std::filesystem::path& file);

// Without problems; else a usage error that tells how to see them.
absl::StatusOr<config::Loaded> LoadGood(const std::filesystem::path& file);

}  // namespace entrepot::cli
