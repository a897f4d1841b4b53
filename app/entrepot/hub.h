// The hub as this program sees it: a channel over its unix socket. Calls carry the user's name, and
// errors come back with their reasons. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"

namespace entrepot::cli {

class Hub {
 public:
  // Connects with the first call. `actor` may be empty: the hub then takes its own user's name.
  Hub(std::filesystem::path socket, std::string actor);

  // Call<v1::OrderService>(&v1::OrderService::Stub::GetOrder, request).
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                                const Request& request) {
    typename Service::Stub stub(channel_);
    grpc::ClientContext context;
    Prepare(&context);
    SetDeadline(&context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return ErrorOf(status);
    return response;
  }

  // Calls `visit` with each message until the stream ends; `visit` returns false to leave it.
  template <typename Service, typename Request, typename Response>
  absl::Status Stream(std::unique_ptr<grpc::ClientReader<Response>> (Service::Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Request& request, const std::function<bool(const Response&)>& visit) {
    typename Service::Stub stub(channel_);
    grpc::ClientContext context;
    Prepare(&context);
    std::unique_ptr<grpc::ClientReader<Response>> reader = (stub.*method)(&context, request);
    Response response;
    while (reader->Read(&response)) {
      if (visit(response)) continue;
      context.TryCancel();
      while (reader->Read(&response)) {
      }
      (void)reader->Finish();
      return absl::OkStatus();
    }
    const grpc::Status status = reader->Finish();
    return status.ok() ? absl::OkStatus() : ErrorOf(status);
  }

 private:
  void Prepare(grpc::ClientContext* context) const;
  static void SetDeadline(grpc::ClientContext* context);
  // HUB_UNREACHABLE where no hub answered.
  absl::Status ErrorOf(const grpc::Status& status) const;

  const std::filesystem::path socket_;
  const std::string actor_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace entrepot::cli
