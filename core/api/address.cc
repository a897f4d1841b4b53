#include "core/api/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string>

#include "core/base/reason.h"

namespace entrepot::api {
namespace {

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port <= 65535;
}

bool IsLoopbackHost(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

bool SomebodyAnswers(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool answers =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return answers;
}

}  // namespace

absl::Status CheckLoopback(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon != std::string_view::npos && IsPort(address.substr(colon + 1)) &&
      IsLoopbackHost(std::string(address.substr(0, colon)))) {
    return absl::OkStatus();
  }
  return Failure(
      absl::StatusCode::kInvalidArgument, "BAD_ADDRESS",
      fmt::format("hub.listen is \"{}\": it must be a loopback address with a port, such "
                  "as 127.0.0.1:7420; the hub does not listen further, because the token "
                  "would travel unencrypted",
                  address));
}

absl::Status CheckSocketPath(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof(address.sun_path)) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_SOCKET",
                   fmt::format("the socket's path {} has {} bytes, {} are possible: set hub.socket "
                               "to a shorter one",
                               path.string(), path.string().size(), sizeof(address.sun_path) - 1));
  }
  std::error_code error;
  if (!std::filesystem::is_directory(path.parent_path(), error)) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_SOCKET",
                   fmt::format("the folder of the socket {} is not there", path.string()));
  }
  const auto kind = std::filesystem::status(path, error).type();
  if (kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::socket) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_SOCKET",
                   fmt::format("{} is there already and is no socket", path.string()));
  }
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (SomebodyAnswers(address)) {
    return Failure(absl::StatusCode::kFailedPrecondition, "SOCKET_IN_USE",
                   fmt::format("another hub answers at the socket {}", path.string()));
  }
  return absl::OkStatus();
}

}  // namespace entrepot::api
