// A server on a real store in a folder of its own, with a product, a warehouse, stock and a client,
// and stubs that call it over the unix socket.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "core/api/server.h"
#include "core/base/clock.h"
#include "core/base/reason.h"
#include "core/config/load.h"
#include "core/domain/kind.h"
#include "core/store/store.h"
#include "core/sync/scheduler.h"
#include "core/trade/trade.h"
#include "entrepot/v1/operation_service.grpc.pb.h"
#include "entrepot/v1/order_service.grpc.pb.h"
#include "entrepot/v1/stock_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/unit/api/scratch.h"

namespace entrepot::api {

class NoConnectors final : public sync::Connectors {
 public:
  absl::StatusOr<connector::v1::Manifest> Describe(const std::string&) override {
    return absl::NotFoundError("there are no connectors here");
  }
  absl::StatusOr<std::unique_ptr<sync::Connector>> Open(
      const std::string&, const connector::v1::OpenRequest&) override {
    return absl::NotFoundError("there are no connectors here");
  }
};

// The reason in the details of a failed call.
inline std::string ReasonIn(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  if (!rich.ParseFromString(status.error_details()) || rich.details().empty()) return "";
  return rich.details(0).UnpackTo(&info) ? info.reason() : "";
}

class HubTest : public testing::Test {
 protected:
  void SetUp() override {
    loaded_ = config::LoadText(
        "hub: {data_folder: data, time_zone: UTC, currency: EUR, listen: '127.0.0.1:0'}\n"
        "limits: {watchers_max: 3}\n"
        "logistics: {default_manager: olga}\n"
        "sales: {default_price_type: list}\n",
        (scratch_.path() / "entrepot.yaml").string());
    ASSERT_TRUE(loaded_.problems.empty()) << ToString(loaded_.problems.front());
    auto store = store::Store::Open({.folder = scratch_.path() / "data", .clock = &clock_});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto settings = trade::Settings::From(loaded_.config);
    ASSERT_TRUE(settings.ok()) << settings.status();
    trade_ = std::make_unique<trade::Trade>(*std::move(settings), *store_, clock_);
    ASSERT_TRUE(store_->Start().ok());
    auto scheduler = sync::Scheduler::Make({.config = &loaded_.config,
                                            .store = store_.get(),
                                            .connectors = &connectors_,
                                            .clock = &clock_});
    ASSERT_TRUE(scheduler.ok()) << scheduler.status();
    scheduler_ = *std::move(scheduler);
    StartServer();
    PutCatalogue();
  }

  void TearDown() override {
    if (server_ != nullptr) server_->Stop(absl::Seconds(1));
    if (scheduler_ != nullptr) scheduler_->Stop();
    server_.reset();
  }

  void StartServer() {
    auto server = Server::Start({.socket = scratch_.path() / "data" / "hub.sock",
                                 .listen = "127.0.0.1:0",
                                 .token_file = scratch_.path() / "data" / "token",
                                 .limits = loaded_.config.limits()},
                                {.store = store_.get(),
                                 .trade = trade_.get(),
                                 .scheduler = scheduler_.get(),
                                 .clock = &clock_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel("unix:" + server_->socket().string(),
                                   grpc::InsecureChannelCredentials());
    orders_ = v1::OrderService::NewStub(channel_);
    stock_ = v1::StockService::NewStub(channel_);
    operation_ = v1::OperationService::NewStub(channel_);
  }

  template <typename T>
  uint64_t Put(const T& body) {
    uint64_t id = 0;
    const absl::Status status = store_->Write([&](store::Transaction& transaction) {
      auto result =
          transaction.Put({.kind = domain::KindOf<T>(), .body = &body, .origin = "warehouse/test"});
      if (result.ok()) id = result->id;
      return result.status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return id;
  }

  void PutCatalogue() {
    v1::Client client;
    client.set_code("C-1");
    client.set_name("Client");
    Put(client);
    v1::Product product;
    product.set_sku("BLT");
    product.set_name("Bolt");
    product.set_unit("H87");
    product_id_ = Put(product);
    v1::Warehouse warehouse;
    warehouse.set_code("MAIN");
    warehouse.set_transfer_days(0);
    warehouse_id_ = Put(warehouse);
    PutStock(10);
  }

  void PutStock(int64_t on_hand) {
    v1::StockLevel level;
    level.set_product_id(product_id_);
    level.set_warehouse_id(warehouse_id_);
    level.mutable_on_hand()->set_units(on_hand);
    Put(level);
  }

  static v1::PlaceOrderRequest OrderOf(const std::string& request_id, int64_t quantity) {
    v1::PlaceOrderRequest request;
    request.set_request_id(request_id);
    request.set_client_code("C-1");
    v1::PlaceOrderLine* line = request.add_lines();
    line->set_sku("BLT");
    line->mutable_quantity()->set_units(quantity);
    line->mutable_unit_price()->set_units(2);
    return request;
  }

  // The number of a new order.
  std::string Place(const std::string& request_id, int64_t quantity) {
    grpc::ClientContext context;
    v1::PlaceOrderResponse response;
    const grpc::Status status =
        orders_->PlaceOrder(&context, OrderOf(request_id, quantity), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.order().order().number();
  }

  const Scratch scratch_;
  const SystemClock clock_;
  config::Loaded loaded_;
  NoConnectors connectors_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<trade::Trade> trade_;
  std::unique_ptr<sync::Scheduler> scheduler_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OrderService::Stub> orders_;
  std::unique_ptr<v1::StockService::Stub> stock_;
  std::unique_ptr<v1::OperationService::Stub> operation_;
  uint64_t product_id_ = 0;
  uint64_t warehouse_id_ = 0;
};

}  // namespace entrepot::api
