// absl::Status as gRPC sends it: the same code and sentence, and google.rpc.ErrorInfo with the
// reason in `grpc-status-details-bin`, on every error. Pure, thread-safe.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace entrepot::api {

inline constexpr char kErrorDomain[] = "entrepot";
// Longer sentences are cut: trailers have to fit HTTP/2's header limit.
inline constexpr size_t kMessageBytesMax = 2000;

grpc::Status ToGrpc(const absl::Status& status);

}  // namespace entrepot::api
