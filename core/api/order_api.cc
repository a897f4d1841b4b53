#include "core/api/order_api.h"

#include <optional>
#include <string>
#include <utility>

#include "core/base/status_macros.h"

namespace entrepot::api {
namespace {

// Differs from call to call where the order's revision did; the last is that of a closed order.
class OrderLook {
 public:
  OrderLook(const store::Store& store, const trade::Ordering& ordering, const std::string& number)
      : store_(&store), ordering_(&ordering), number_(number) {}

  absl::StatusOr<WatchStep> operator()(v1::WatchOrderResponse* response) {
    ASSIGN_OR_RETURN(v1::Record order, id_ == 0 ? First() : Again());
    if (order.revision() == shown_) return WatchStep::kUnchanged;
    id_ = order.id();
    shown_ = order.revision();
    const v1::OrderStatus status = order.order().status();
    const bool closed = order.deleted() || status == v1::ORDER_STATUS_SHIPPED ||
                        status == v1::ORDER_STATUS_CANCELLED;
    *response->mutable_order() = std::move(order);
    return closed ? WatchStep::kLast : WatchStep::kChanged;
  }

 private:
  absl::StatusOr<v1::Record> First() const {
    v1::GetOrderRequest request;
    request.set_number(number_);
    ASSIGN_OR_RETURN(v1::GetOrderResponse response, ordering_->Get(request));
    return std::move(*response.mutable_order());
  }

  // By id, which costs one reading of the store.
  absl::StatusOr<v1::Record> Again() const {
    ASSIGN_OR_RETURN(store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(std::optional<v1::Record> record, snapshot->Get(id_));
    if (!record.has_value()) return First();
    return *std::move(record);
  }

  const store::Store* store_;
  const trade::Ordering* ordering_;
  std::string number_;
  uint64_t id_ = 0;
  uint64_t shown_ = 0;  // revision
};

}  // namespace

grpc::ServerUnaryReactor* OrderApi::PlaceOrder(grpc::CallbackServerContext* context,
                                               const v1::PlaceOrderRequest* request,
                                               v1::PlaceOrderResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return ordering_.Place(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OrderApi::GetOrder(grpc::CallbackServerContext* context,
                                             const v1::GetOrderRequest* request,
                                             v1::GetOrderResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return ordering_.Get(asked); });
}

grpc::ServerUnaryReactor* OrderApi::ListOrders(grpc::CallbackServerContext* context,
                                               const v1::ListOrdersRequest* request,
                                               v1::ListOrdersResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return ordering_.List(asked); });
}

grpc::ServerUnaryReactor* OrderApi::CancelOrder(grpc::CallbackServerContext* context,
                                                const v1::CancelOrderRequest* request,
                                                v1::CancelOrderResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return ordering_.Cancel(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OrderApi::ShipOrder(grpc::CallbackServerContext* context,
                                              const v1::ShipOrderRequest* request,
                                              v1::ShipOrderResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return ordering_.Ship(asked, caller.actor);
                });
}

grpc::ServerWriteReactor<v1::WatchOrderResponse>* OrderApi::WatchOrder(
    grpc::CallbackServerContext* context, const v1::WatchOrderRequest* request) {
  if (absl::StatusOr<Caller> caller = entrance_.access->Admit(*context); !caller.ok()) {
    return new RefusedStream<v1::WatchOrderResponse>(caller.status());
  }
  return WatchStream<v1::WatchOrderResponse>::Start(
      &board_, OrderLook(store_, ordering_, request->number()));
}

}  // namespace entrepot::api
