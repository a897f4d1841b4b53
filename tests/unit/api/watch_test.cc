#include "core/api/watch.h"

#include <thread>

#include "tests/unit/api/hub_fixture.h"

namespace entrepot::api {
namespace {

class WatchTest : public HubTest {
 protected:
  // A deadline far beyond what a test needs, so that a stream that hangs fails it.
  static void Bound(grpc::ClientContext* context) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  }

  std::unique_ptr<grpc::ClientReader<v1::WatchOrderResponse>> WatchOrder(
      grpc::ClientContext* context, const std::string& number) {
    Bound(context);
    v1::WatchOrderRequest request;
    request.set_number(number);
    return orders_->WatchOrder(context, request);
  }

  std::unique_ptr<grpc::ClientReader<v1::WatchAvailabilityResponse>> WatchStock(
      grpc::ClientContext* context) {
    Bound(context);
    v1::WatchAvailabilityRequest request;
    request.set_sku("BLT");
    return stock_->WatchAvailability(context, request);
  }

  void Cancel(const std::string& number) {
    grpc::ClientContext context;
    v1::CancelOrderRequest request;
    request.set_request_id("cancel-" + number);
    request.set_number(number);
    v1::CancelOrderResponse response;
    ASSERT_TRUE(orders_->CancelOrder(&context, request, &response).ok());
  }
};

TEST_F(WatchTest, ShowsAnOrderUntilItIsClosed) {
  const std::string number = Place("r-1", 4);
  grpc::ClientContext context;
  auto reader = WatchOrder(&context, number);
  v1::WatchOrderResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.order().order().status(), v1::ORDER_STATUS_OPEN);
  Cancel(number);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.order().order().status(), v1::ORDER_STATUS_CANCELLED);
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(WatchTest, ShowsOnlyWhatChangedTheAvailability) {
  grpc::ClientContext context;
  auto reader = WatchStock(&context);
  v1::WatchAvailabilityResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.availability().available().units(), 10);
  v1::Client client;
  client.set_code("C-2");
  Put(client);  // changes nothing here
  PutStock(25);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.availability().available().units(), 25);
}

TEST_F(WatchTest, JoinsStepsAndAlwaysShowsTheNewest) {
  grpc::ClientContext context;
  auto reader = WatchStock(&context);
  for (int i = 11; i <= 60; ++i) PutStock(i);
  v1::WatchAvailabilityResponse response;
  int messages = 0;
  while (response.availability().available().units() != 60) {
    ASSERT_TRUE(reader->Read(&response));
    ++messages;
  }
  EXPECT_LE(messages, 51);
}

TEST_F(WatchTest, SaysThatTheOrderIsNotThere) {
  grpc::ClientContext context;
  auto reader = WatchOrder(&context, "77");
  EXPECT_EQ(ReasonIn(reader->Finish()), "ORDER_NOT_FOUND");
}

TEST_F(WatchTest, RefusesMoreStreamsThanTheLimit) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchAvailabilityResponse>>> readers;
  v1::WatchAvailabilityResponse response;
  for (int i = 0; i < loaded_.config.limits().watchers_max(); ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(WatchStock(contexts.back().get()));
    ASSERT_TRUE(readers.back()->Read(&response));
  }
  grpc::ClientContext context;
  auto refused = WatchStock(&context);
  EXPECT_EQ(ReasonIn(refused->Finish()), "TOO_MANY_WATCHERS");
  for (auto& open : contexts) open->TryCancel();
  for (auto& reader : readers) EXPECT_FALSE(reader->Finish().ok());
}

TEST_F(WatchTest, EndsStreamsWhenTheHubStops) {
  const std::string number = Place("r-1", 4);
  grpc::ClientContext context;
  auto reader = WatchOrder(&context, number);
  v1::WatchOrderResponse response;
  ASSERT_TRUE(reader->Read(&response));
  std::thread stopping([this] { server_->Stop(absl::Seconds(30)); });
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonIn(status), "SHUTTING_DOWN");
  stopping.join();
}

}  // namespace
}  // namespace entrepot::api
