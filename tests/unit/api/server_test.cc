#include "core/api/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <sys/stat.h>

#include <fstream>

#include "entrepot/v1/client_service.grpc.pb.h"
#include "tests/unit/api/hub_fixture.h"

namespace entrepot::api {
namespace {

using ServerTest = HubTest;

grpc::Status GetStatus(grpc::ClientContext* context, v1::OperationService::Stub* stub) {
  v1::GetStatusResponse response;
  return stub->GetStatus(context, v1::GetStatusRequest(), &response);
}

TEST_F(ServerTest, MakesASocketForItsOwnUserOnly) {
  struct stat info;
  ASSERT_EQ(stat(server_->socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(ServerTest, RefusesASocketAtWhichAHubAnswers) {
  auto second = Server::Start({.socket = server_->socket(),
                               .token_file = server_->token_file(),
                               .limits = loaded_.config.limits()},
                              {.store = store_.get(),
                               .trade = trade_.get(),
                               .scheduler = scheduler_.get(),
                               .clock = &clock_});
  EXPECT_EQ(ReasonOf(second.status()), "SOCKET_IN_USE");
}

TEST_F(ServerTest, RefusesAnAddressInUse) {
  auto second = Server::Start({.socket = scratch_.path() / "other.sock",
                               .listen = server_->address(),
                               .token_file = server_->token_file(),
                               .limits = loaded_.config.limits()},
                              {.store = store_.get(),
                               .trade = trade_.get(),
                               .scheduler = scheduler_.get(),
                               .clock = &clock_});
  EXPECT_EQ(ReasonOf(second.status()), "CANNOT_LISTEN");
}

TEST_F(ServerTest, NeedsTheTokenOverTcp) {
  auto channel = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  auto stub = v1::OperationService::NewStub(channel);
  {
    grpc::ClientContext context;
    const grpc::Status status = GetStatus(&context, stub.get());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReasonIn(status), "NO_TOKEN");
  }
  {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + std::string(64, '0'));
    EXPECT_EQ(ReasonIn(GetStatus(&context, stub.get())), "BAD_TOKEN");
  }
  {
    grpc::ClientContext context;
    auto reader = stub->Sync(&context, v1::SyncRequest());
    EXPECT_EQ(ReasonIn(reader->Finish()), "NO_TOKEN");
  }
  std::string token;
  std::ifstream(server_->token_file()) >> token;
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  const grpc::Status status = GetStatus(&context, stub.get());
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(ServerTest, GivesAReasonForAMethodThatItHasNot) {
  grpc::internal::RpcMethod method("/entrepot.v1.OrderService/Paint",
                                   grpc::internal::RpcMethod::NORMAL_RPC);
  grpc::ClientContext context;
  v1::GetStatusResponse response;
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall<v1::GetStatusRequest, v1::GetStatusResponse,
                                        google::protobuf::MessageLite,
                                        google::protobuf::MessageLite>(
          channel_.get(), method, &context, v1::GetStatusRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonIn(status), "UNKNOWN_METHOD");
}

TEST_F(ServerTest, WritesInTheNameOfTheCaller) {
  grpc::ClientContext context;
  context.AddMetadata("x-entrepot-actor", "anna");
  v1::PlaceOrderResponse response;
  const grpc::Status status = orders_->PlaceOrder(&context, OrderOf("r-1", 4), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.order().origin(), "api:anna");
  grpc::ClientContext bad;
  bad.AddMetadata("x-entrepot-actor", "anna and olga");
  EXPECT_EQ(ReasonIn(orders_->PlaceOrder(&bad, OrderOf("r-2", 4), &response)), "BAD_ACTOR");
}

TEST_F(ServerTest, GivesTradesReasons) {
  grpc::ClientContext context;
  v1::GetOrderRequest request;
  request.set_number("77");
  v1::GetOrderResponse response;
  const grpc::Status status = orders_->GetOrder(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonIn(status), "ORDER_NOT_FOUND");
}

TEST_F(ServerTest, PagesThroughRecords) {
  for (int i = 0; i < 5; ++i) {
    v1::Client client;
    client.set_code("P-" + std::to_string(i));
    Put(client);
  }
  v1::ListRecordsRequest request;
  request.set_kind("client");
  request.set_page_size(2);
  std::vector<std::string> codes;
  for (int pages = 0; pages < 10; ++pages) {
    grpc::ClientContext context;
    v1::ListRecordsResponse response;
    ASSERT_TRUE(operation_->ListRecords(&context, request, &response).ok());
    for (const v1::Record& record : response.records()) codes.push_back(record.client().code());
    request.set_page_token(response.next_page_token());
    if (request.page_token().empty()) break;
  }
  EXPECT_THAT(codes, testing::ElementsAre("C-1", "P-0", "P-1", "P-2", "P-3", "P-4"));
}

TEST_F(ServerTest, FindsARecordByItsKey) {
  v1::GetRecordRequest request;
  request.mutable_name()->set_kind("stock_level");
  request.mutable_name()->set_key("BLT/MAIN");
  v1::GetRecordResponse response;
  grpc::ClientContext context;
  const grpc::Status status = operation_->GetRecord(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.record().stock_level().on_hand().units(), 10);
  request.mutable_name()->set_kind("stok_level");
  grpc::ClientContext again;
  EXPECT_EQ(ReasonIn(operation_->GetRecord(&again, request, &response)), "UNKNOWN_KIND");
}

TEST_F(ServerTest, DiscardsAllDeadLettersNamedOrNone) {
  uint64_t id = 0;
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& transaction) {
                    auto buried = transaction.Bury(
                        {.source = {.dataset = "warehouse/stock", .outside_id = "A/MAIN"},
                         .reason = "on_hand is \"many\"",
                         .died_at = transaction.now()});
                    if (buried.ok()) id = *buried;
                    return buried.status();
                  })
                  .ok());
  v1::DiscardDeadLettersRequest request;
  request.add_ids(id);
  request.add_ids(id + 1000);
  v1::DiscardDeadLettersResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(ReasonIn(operation_->DiscardDeadLetters(&context, request, &response)),
            "DEAD_LETTER_NOT_FOUND");
  request.mutable_ids()->RemoveLast();
  grpc::ClientContext again;
  ASSERT_TRUE(operation_->DiscardDeadLetters(&again, request, &response).ok());
  EXPECT_EQ(response.discarded(), 1u);
}

}  // namespace
}  // namespace entrepot::api
