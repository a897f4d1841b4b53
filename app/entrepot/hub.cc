#include "app/entrepot/hub.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "app/entrepot/exit_code.h"
#include "core/base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace entrepot::cli {
namespace {

// Longer than any single call takes; streams have none.
constexpr std::chrono::seconds kCallTime(120);

// Empty: the error has none, so it was not made by a hub.
std::string HubsReason(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  if (!rich.ParseFromString(status.error_details())) return "";
  for (const google::protobuf::Any& detail : rich.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

}  // namespace

Hub::Hub(std::filesystem::path socket, std::string actor)
    : socket_(std::move(socket)), actor_(std::move(actor)) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // the hub bounds its pages
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // No look-ups of proxies and service configurations for a socket.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  channel_ = grpc::CreateCustomChannel("unix:" + socket_.string(),
                                       grpc::InsecureChannelCredentials(), arguments);
}

void Hub::Prepare(grpc::ClientContext* context) const {
  if (!actor_.empty()) context->AddMetadata("x-entrepot-actor", actor_);
}

void Hub::SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kCallTime);
}

absl::Status Hub::ErrorOf(const grpc::Status& status) const {
  const std::string reason = HubsReason(status);
  if (reason.empty() && status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    if (access(socket_.c_str(), R_OK | W_OK) != 0 && errno == EACCES) {
      return Failure(absl::StatusCode::kUnavailable, kUnreachableReason,
                     fmt::format("the hub's socket {} is for the user who runs the hub only: run "
                                 "this command as that user",
                                 socket_.string()));
    }
    return Failure(absl::StatusCode::kUnavailable, kUnreachableReason,
                   fmt::format("hub not running (nobody answers at {}): start it with 'entrepotd "
                               "--config FILE'",
                               socket_.string()));
  }
  return Failure(static_cast<absl::StatusCode>(status.error_code()),
                 reason.empty() ? ReasonOf(absl::Status(
                                      static_cast<absl::StatusCode>(status.error_code()), ""))
                                : reason,
                 status.error_message());
}

}  // namespace entrepot::cli
