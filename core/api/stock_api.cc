#include "core/api/stock_api.h"

#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/domain/kind.h"

namespace entrepot::api {
namespace {

// Differs from call to call where the availability did.
class AvailabilityLook {
 public:
  AvailabilityLook(const trade::Availability& availability, const std::string& sku)
      : availability_(&availability) {
    request_.set_sku(sku);
  }

  absl::StatusOr<WatchStep> operator()(v1::WatchAvailabilityResponse* response) {
    ASSIGN_OR_RETURN(v1::GetAvailabilityResponse now, availability_->Get(request_));
    std::string bytes;
    domain::AppendCanonicalBytes(now, &bytes);
    if (bytes == shown_) return WatchStep::kUnchanged;
    shown_ = std::move(bytes);
    *response->mutable_availability() = std::move(*now.mutable_availability());
    return WatchStep::kChanged;
  }

 private:
  const trade::Availability* availability_;
  v1::GetAvailabilityRequest request_;
  std::string shown_;
};

}  // namespace

grpc::ServerUnaryReactor* StockApi::GetAvailability(grpc::CallbackServerContext* context,
                                                    const v1::GetAvailabilityRequest* request,
                                                    v1::GetAvailabilityResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kQuick,
                [this](const auto& asked, const Caller&) { return availability_.Get(asked); });
}

grpc::ServerWriteReactor<v1::WatchAvailabilityResponse>* StockApi::WatchAvailability(
    grpc::CallbackServerContext* context, const v1::WatchAvailabilityRequest* request) {
  if (absl::StatusOr<Caller> caller = entrance_.access->Admit(*context); !caller.ok()) {
    return new RefusedStream<v1::WatchAvailabilityResponse>(caller.status());
  }
  return WatchStream<v1::WatchAvailabilityResponse>::Start(
      &board_, AvailabilityLook(availability_, request->sku()));
}

}  // namespace entrepot::api
