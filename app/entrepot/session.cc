#include "app/entrepot/session.h"

#include <fmt/core.h>
#include <sodium.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "app/entrepot/config_file.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::cli {
namespace {

constexpr size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;
constexpr size_t kActorMax = 64;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// What the hub takes as an actor, and a call can carry.
bool IsActor(std::string_view name) {
  const auto plain = [](unsigned char c) { return c > ' ' && c < 0x7F; };
  return name.size() <= kActorMax && std::all_of(name.begin(), name.end(), plain);
}

// Another user's name may hold anything.
std::string UserName() {
  std::string user = Environment("USER");
  return IsActor(user) ? user : "";
}

}  // namespace

absl::StatusOr<std::filesystem::path> Session::ConfigFile() const {
  if (!options.config.empty()) return options.config;
  if (const std::string named = Environment("ENTREPOT_CONFIG"); !named.empty()) return named;
  for (const char* usual : {"entrepot.yaml", "/etc/entrepot/entrepot.yaml"}) {
    std::error_code error;
    if (std::filesystem::is_regular_file(usual, error)) return usual;
  }
  return Usage(
      "no configuration is known: name it with --config or ENTREPOT_CONFIG, or the hub's socket "
      "with --socket or ENTREPOT_SOCKET");
}

absl::StatusOr<std::filesystem::path> Session::SocketPath() const {
  if (!options.socket.empty()) return options.socket;
  if (options.config.empty()) {
    if (const std::string named = Environment("ENTREPOT_SOCKET"); !named.empty()) return named;
  }
  ASSIGN_OR_RETURN(const std::filesystem::path file, ConfigFile());
  return SocketOf(file);
}

absl::StatusOr<Hub*> Session::hub() {
  if (!hub_.has_value()) {
    ASSIGN_OR_RETURN(std::filesystem::path socket, SocketPath());
    if (socket.native().size() > kSocketPathMax) {
      return Usage(
          fmt::format("the socket's path {} has {} bytes, {} are possible: set hub.socket "
                      "to a shorter one",
                      socket.string(), socket.native().size(), kSocketPathMax));
    }
    if (!IsActor(options.actor)) {
      return Usage(fmt::format("--actor takes up to {} Latin letters, digits and signs, no spaces",
                               kActorMax));
    }
    hub_.emplace(std::move(socket), options.actor.empty() ? UserName() : options.actor);
  }
  return &*hub_;
}

absl::Status Session::WithRequestId(const absl::Status& error, const std::string& request_id) {
  const bool known = error.code() != absl::StatusCode::kUnavailable &&
                     error.code() != absl::StatusCode::kDeadlineExceeded;
  if (known) return error;
  return Failure(error.code(), ReasonOf(error),
                 fmt::format("{}; to be sure that it is done once, repeat it with --request-id {}",
                             StdView(error.message()), request_id));
}

std::string Session::RequestId(const std::string& given) {
  if (!given.empty()) return given;
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  bytes[6] = (bytes[6] & 0x0F) | 0x40;  // version 4
  bytes[8] = (bytes[8] & 0x3F) | 0x80;  // variant of RFC 4122
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

}  // namespace entrepot::cli
