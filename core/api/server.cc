#include "core/api/server.h"

#include <fmt/core.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>

#include <utility>

#include "core/api/access.h"
#include "core/api/address.h"
#include "core/api/call.h"
#include "core/api/client_api.h"
#include "core/api/conflicts.h"
#include "core/api/executor.h"
#include "core/api/identity.h"
#include "core/api/operation.h"
#include "core/api/operation_api.h"
#include "core/api/order_api.h"
#include "core/api/product_api.h"
#include "core/api/stock_api.h"
#include "core/api/stock_request_api.h"
#include "core/api/sync_calls.h"
#include "core/api/watch.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::api {
namespace {

// Of one connection: more calls wait at the client.
constexpr int kStreamsMax = 1000;

// Answers what no service has a method for, so that this error carries its reason too.
class UnknownMethod final : public grpc::ServerGenericBidiReactor {
 public:
  explicit UnknownMethod(const std::string& method) {
    Finish(ToGrpc(Failure(absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD",
                          fmt::format("this hub has no method {}", method))));
  }
  void OnDone() override { delete this; }
};

class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new UnknownMethod(context->method());
  }
};

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& options, const ServerParts& parts, Access access)
      : access(std::move(access)),
        executor(options.limits.calls_at_once_max(), options.limits.calls_waiting_max()),
        entrance{&this->access, &executor, parts.meters},
        board(parts.store, options.limits.watchers_max()),
        syncs(*parts.scheduler, options.limits.calls_at_once_max()),
        operation(*parts.store, *parts.scheduler, parts.clock->Now(),
                  parts.trade->reactions.names()),
        clients(entrance, parts.trade->cards, parts.trade->clients),
        products(entrance, parts.trade->cards, parts.trade->analogues),
        stock(entrance, board, parts.trade->availability),
        orders(entrance, board, *parts.store, parts.trade->ordering),
        stock_requests(entrance, parts.trade->stock_requests),
        conflicts(*parts.store, parts.authority),
        identity(*parts.store, parts.authority),
        operations(entrance, operation, conflicts, identity, *parts.scheduler, syncs),
        socket(options.socket),
        token_file(options.token_file) {}

  absl::Status Listen(const ServerOptions& options);

  Access access;
  Executor executor;
  Entrance entrance;
  WatchBoard board;
  SyncCalls syncs;
  Operation operation;
  ClientApi clients;
  ProductApi products;
  StockApi stock;
  OrderApi orders;
  StockRequestApi stock_requests;
  Conflicts conflicts;
  Identity identity;
  OperationApi operations;
  UnknownMethods unknown;
  std::filesystem::path socket;
  std::filesystem::path token_file;
  std::string address;
  std::unique_ptr<grpc::Server> server;
};

absl::Status Server::Impl::Listen(const ServerOptions& options) {
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // else two hubs could share the port
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
  builder.SetMaxReceiveMessageSize(options.limits.message_bytes_max());
  builder.AddListeningPort("unix:" + socket.string(), grpc::InsecureServerCredentials());
  int port = 0;
  if (!options.listen.empty()) {
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  }
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &clients, &products, &stock, &orders, &stock_requests, &operations}) {
    builder.RegisterService(service);
  }
  builder.RegisterCallbackGenericService(&unknown);

  // gRPC makes the socket's file by the mask alone; nothing else makes files while the hub starts.
  const mode_t mask = umask(0177);
  server = builder.BuildAndStart();
  umask(mask);
  if (server == nullptr) {
    return Failure(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                   fmt::format("cannot listen at {} and {}: another program uses the port, or the "
                               "folder cannot be written",
                               options.listen, socket.string()));
  }
  if (!options.listen.empty()) {
    address = options.listen.substr(0, options.listen.rfind(':')) + fmt::format(":{}", port);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const ServerParts& parts) {
  if (!options.listen.empty()) RETURN_IF_ERROR(CheckLoopback(options.listen));
  RETURN_IF_ERROR(CheckSocketPath(options.socket));
  ASSIGN_OR_RETURN(Access access, Access::Open(options.token_file));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto impl = std::make_unique<Impl>(options, parts, std::move(access));
  RETURN_IF_ERROR(impl->Listen(options));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(absl::ZeroDuration()); }

const std::filesystem::path& Server::socket() const { return impl_->socket; }
const std::filesystem::path& Server::token_file() const { return impl_->token_file; }
const std::string& Server::address() const { return impl_->address; }

void Server::Stop(absl::Duration grace) {
  impl_->server->GetHealthCheckService()->SetServingStatus(false);
  impl_->board.Stop();
  impl_->syncs.Stop();
  impl_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  impl_->executor.Stop();
}

}  // namespace entrepot::api
