#include "app/entrepotd/daemon.h"

#include <fmt/core.h>

#include <utility>

#include "absl/time/time.h"
#include "app/places/places.h"
#include "core/base/log.h"
#include "core/base/status_macros.h"
#include "core/config/open_request.h"
#include "core/http/pages.h"
#include "core/trade/settings.h"

namespace entrepot {
namespace {

// How long calls under way may still take once the hub is told to stop.
constexpr absl::Duration kGrace = absl::Seconds(2);

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const config::Loaded& loaded,
                                                      host::Plugins& plugins) {
  auto daemon = std::unique_ptr<Daemon>(new Daemon());
  const config::v1::Config& config = loaded.config;
  daemon->authority_ = domain::Authority::From(config);
  RETURN_IF_ERROR(daemon->OpenStore(config));
  const auto make_react = [&config, &clock = daemon->clock_,
                           &authority = daemon->authority_](store::Store& store) -> sync::React {
    absl::StatusOr<trade::Settings> settings = trade::Settings::From(config);
    if (!settings.ok()) return [status = settings.status()] { return status; };
    const auto trade =
        std::make_shared<trade::Trade>(*std::move(settings), store, clock, &authority);
    return [trade] { return trade->reactions.RunOnce(); };
  };
  ASSIGN_OR_RETURN(
      daemon->scheduler_,
      sync::Scheduler::Make(
          {.config = &config,
           .store = daemon->store_.get(),
           .connectors = &plugins,
           .clock = &daemon->clock_,
           .meters = &daemon->metrics_,
           .authority = &daemon->authority_,
           .matches = daemon->matches_.get(),
           .make_open_request =
               [&loaded](const std::string& connection, const connector::v1::Manifest& it) {
                 return config::MakeOpenRequest(loaded, connection, it);
               },
           .make_react = make_react}));
  // The server before what it reports on: it makes its socket under a mask of its own, and whoever
  // calls now waits for nothing.
  RETURN_IF_ERROR(daemon->StartServer(config));
  RETURN_IF_ERROR(daemon->StartHttp(config));
  daemon->trade_->reactions.Start();
  daemon->scheduler_->Start();
  return daemon;
}

absl::Status Daemon::OpenStore(const config::v1::Config& config) {
  ASSIGN_OR_RETURN(trade::Settings settings, trade::Settings::From(config));
  ASSIGN_OR_RETURN(
      store_,
      store::Store::Open({.folder = config.hub().data_folder(),
                          .clock = &clock_,
                          .writes_waiting_max = config.limits().writes_waiting_max(),
                          .bulk_history_kept = DurationOf(config.limits().bulk_history_kept()),
                          .answers_kept = DurationOf(config.limits().answers_kept()),
                          .settled_kept = DurationOf(config.limits().settled_kept())}));
  trade_ = std::make_unique<trade::Trade>(std::move(settings), *store_, clock_, &authority_);
  ASSIGN_OR_RETURN(matches_, sync::MatchIndex::From(config));
  store_->AddProjection(matches_.get());
  return store_->Start();
}

absl::Status Daemon::StartServer(const config::v1::Config& config) {
  ASSIGN_OR_RETURN(server_, api::Server::Start({.socket = SocketOf(config.hub()),
                                                .listen = config.hub().listen(),
                                                .token_file = TokenFileOf(config.hub()),
                                                .limits = config.limits()},
                                               {.store = store_.get(),
                                                .trade = trade_.get(),
                                                .scheduler = scheduler_.get(),
                                                .clock = &clock_,
                                                .meters = &metrics_,
                                                .authority = &authority_}));
  return absl::OkStatus();
}

absl::Status Daemon::StartHttp(const config::v1::Config& config) {
  if (config.hub().http_listen().empty()) return absl::OkStatus();
  const config::v1::Limits& limits = config.limits();
  const http::Hub hub = {.store = store_.get(),
                         .scheduler = scheduler_.get(),
                         .clock = &clock_,
                         .started_at = clock_.Now(),
                         .reactions = trade_->reactions.names()};
  ASSIGN_OR_RETURN(http_,
                   http::HttpServer::Start(
                       {.listen = config.hub().http_listen(),
                        .connections_max = limits.http_connections_max(),
                        .request_time_max = DurationOf(limits.http_request_time_max()),
                        .header_bytes_max = static_cast<uint32_t>(limits.http_header_bytes_max())},
                       http::MakePages(metrics_, hub)));
  return absl::OkStatus();
}

Daemon::~Daemon() { Stop(); }

std::string Daemon::Addresses() const {
  const std::string http =
      http_ == nullptr ? "" : fmt::format(", http://{} (metrics and health)", http_->address());
  return fmt::format("{} (command line), {} (gRPC, with the token in {}){}",
                     server_->socket().string(), server_->address(),
                     (server_->token_file()).string(), http);
}

void Daemon::Stop() {
  if (http_ != nullptr) http_->Stop();
  if (server_ != nullptr) server_->Stop(kGrace);
  if (scheduler_ != nullptr) scheduler_->Stop();
  if (trade_ != nullptr) trade_->reactions.Stop();
  server_.reset();  // its Sync calls end with the scheduler
  if (store_ != nullptr) store_->Stop();
}

}  // namespace entrepot
