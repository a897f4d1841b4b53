#include "app/entrepot/config_file.h"

#include <fmt/core.h>

#include "app/entrepot/exit_code.h"
#include "app/places/places.h"
#include "core/base/absl_view.h"
#include "core/base/status_macros.h"

namespace entrepot::cli {
namespace {

absl::StatusOr<config::Loaded> LoadAny(const std::filesystem::path& file) {
  absl::StatusOr<config::Loaded> loaded = config::Load(file.string());
  if (!loaded.ok()) return Usage(StdView(loaded.status().message()));
  return loaded;
}

absl::Status Mistakes(const config::Loaded& loaded) {
  return Usage(fmt::format("{}; 'entrepot config check {}' shows all mistakes",
                           ToString(loaded.problems.front()), loaded.file));
}

absl::Status NoDataFolder(const config::Loaded& loaded) {
  if (!loaded.problems.empty()) return Mistakes(loaded);
  return Usage(fmt::format("{} does not say where the hub's data folder is", loaded.file));
}

}  // namespace

absl::StatusOr<std::filesystem::path> SocketOf(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const config::Loaded loaded, LoadAny(file));
  std::filesystem::path socket = entrepot::SocketOf(loaded.config.hub());
  if (socket.is_absolute()) return socket;
  return NoDataFolder(loaded);
}

absl::StatusOr<config::v1::Hub> HubOf(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const config::Loaded loaded, LoadAny(file));
  const config::v1::Hub& hub = loaded.config.hub();
  if (std::filesystem::path(hub.data_folder()).is_absolute()) return hub;
  return NoDataFolder(loaded);
}

absl::StatusOr<config::Loaded> LoadGood(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(config::Loaded loaded, LoadAny(file));
  if (!loaded.problems.empty()) return Mistakes(loaded);
  return loaded;
}

}  // namespace entrepot::cli
