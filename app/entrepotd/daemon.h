// The hub, wired: the one place that knows all parts. Made from a configuration without mistakes;
// starts them in order of dependency and stops them in the opposite order.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/api/server.h"
#include "core/base/clock.h"
#include "core/config/load.h"
#include "core/domain/authority.h"
#include "core/http/http_server.h"
#include "core/http/metrics.h"
#include "core/store/store.h"
#include "core/sync/match_index.h"
#include "core/sync/scheduler.h"
#include "core/trade/trade.h"
#include "plugins/host/plugins.h"

namespace entrepot {

class Daemon {
 public:
  // `loaded` has no problems, and `plugins` serves its connectors; both outlive the daemon. Errors
  // of Store::Open and Start, Scheduler::Make, Server::Start.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const config::Loaded& loaded,
                                                       host::Plugins& plugins);
  ~Daemon();  // Stop

  // Where it listens, for people.
  std::string Addresses() const;

  // Takes no new calls, ends what runs, and closes the store. Takes seconds at most. Idempotent.
  void Stop();

 private:
  Daemon() = default;
  absl::Status OpenStore(const config::v1::Config& config);
  absl::Status StartServer(const config::v1::Config& config);
  absl::Status StartHttp(const config::v1::Config& config);

  SystemClock clock_;
  domain::Authority authority_;
  std::unique_ptr<sync::MatchIndex> matches_;
  http::Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<trade::Trade> trade_;
  std::unique_ptr<sync::Scheduler> scheduler_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<http::HttpServer> http_;  // where hub.http_listen says so
};

}  // namespace entrepot
