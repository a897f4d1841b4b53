// The one way of a unary call: admit the caller, run the handler where it may wait or at once,
// translate its status, and stop exceptions. Every service's methods are one line on top of this.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/api/access.h"
#include "core/api/executor.h"
#include "core/api/status.h"
#include "core/base/meters.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

namespace entrepot::api {

// What every service needs of the server; outlives the services.
struct Entrance {
  const Access* access;
  Executor* executor;
  Meters* meters;
};

// kQuick: answered on gRPC's thread, within microseconds or a few reads of the store. kMayWait: on
// the executor.
enum class Cost { kQuick, kMayWait };

// What `work` returns; INTERNAL where it threw. The exception is logged here and nowhere else.
absl::Status StopExceptions(const std::function<absl::Status()>& work);

// "PlaceOrder" of PlaceOrderRequest: the contracts' linter keeps them so.
std::string MethodOf(const google::protobuf::Descriptor& request);

// `handler(request, caller)` returns absl::StatusOr<Response>.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* Answer(const Entrance& entrance, grpc::CallbackServerContext* context,
                                 const Request* request, Response* response, Cost cost,
                                 Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto finish = [reactor, meters = entrance.meters,
                       began = std::chrono::steady_clock::now()](const absl::Status& status) {
    static const std::string method = MethodOf(*Request::descriptor());
    meters->MethodCalled(method, status.code(),
                         absl::FromChrono(std::chrono::steady_clock::now() - began));
    reactor->Finish(ToGrpc(status));
  };
  absl::StatusOr<Caller> caller = entrance.access->Admit(*context);
  if (!caller.ok()) {
    finish(caller.status());
    return reactor;
  }
  auto work = [=, caller = *std::move(caller), handler = std::move(handler)] {
    if (context->IsCancelled()) {  // nobody waits for it any more: its deadline passed, or it left
      finish(absl::CancelledError("the caller gave up before the call began"));
      return;
    }
    finish(StopExceptions([&]() -> absl::Status {
      absl::StatusOr<Response> answer = handler(*request, caller);
      if (!answer.ok()) return answer.status();
      *response = *std::move(answer);
      return absl::OkStatus();
    }));
  };
  if (cost == Cost::kQuick) {
    work();
  } else if (absl::Status added = entrance.executor->Add(std::move(work)); !added.ok()) {
    finish(added);
  }
  return reactor;
}

// A stream that ends before it began.
template <typename Response>
class RefusedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedStream(const absl::Status& status) { this->Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace entrepot::api
