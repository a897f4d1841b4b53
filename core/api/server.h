// The gRPC server of the hub: all services on a unix socket (mode 0600, no token) and on a loopback
// address (bearer token), with reflection and health, which need no token. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/meters.h"
#include "core/store/store.h"
#include "core/sync/scheduler.h"
#include "core/trade/trade.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::api {

struct ServerOptions {
  std::filesystem::path socket;      // made anew; at most 107 bytes
  std::string listen;                // "127.0.0.1:7420"; port 0 takes a free one; empty: no TCP
  std::filesystem::path token_file;  // made where it is not there
  config::v1::Limits limits;         // with defaults applied
};

// What the services work with; all outlive the server.
struct ServerParts {
  store::Store* store = nullptr;
  trade::Trade* trade = nullptr;
  sync::Scheduler* scheduler = nullptr;
  const Clock* clock = nullptr;
  const domain::Authority* authority = nullptr;  // nullptr: nothing is owned
  Meters* meters = &Meters::None();
};

class Server {
 public:
  // INVALID_ARGUMENT (BAD_SOCKET, BAD_ADDRESS: it is not on loopback); FAILED_PRECONDITION
  // (SOCKET_IN_USE); UNAVAILABLE (CANNOT_LISTEN); errors of Access::Open.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const ServerParts& parts);
  // Stop, if need be; then waits for Sync calls, which end once the scheduler has stopped.
  ~Server();

  const std::filesystem::path& socket() const;
  // "127.0.0.1:7420" with the real port; empty without TCP.
  const std::string& address() const;
  const std::filesystem::path& token_file() const;

  // Ends all streams with UNAVAILABLE (SHUTTING_DOWN), takes no new calls, and waits for those
  // under way, at most for `grace` before they are cancelled. Idempotent.
  void Stop(absl::Duration grace);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::api
