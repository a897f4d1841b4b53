#include "core/sync/batch_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace entrepot::sync {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30);

TEST(BatchQueue, GivesBatchesInTheirOrder) {
  BatchQueue queue(2);
  BatchPtr first = std::make_unique<Batch>();
  const Batch* expected = first.get();
  ASSERT_TRUE(queue.Push(std::move(first)));
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  EXPECT_EQ(queue.Pop().get(), expected);
  EXPECT_EQ(queue.Take(1, absl::ZeroDuration()).size(), 1u);
}

TEST(BatchQueue, EndsWhenItIsClosedAndEverythingWasTaken) {
  BatchQueue queue(2);
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  queue.Close(absl::DataLossError("nonsense"));
  EXPECT_FALSE(queue.ended());
  EXPECT_NE(queue.Pop(), nullptr);
  EXPECT_EQ(queue.Pop(), nullptr);
  EXPECT_TRUE(queue.ended());
  EXPECT_EQ(queue.status().code(), absl::StatusCode::kDataLoss);
}

TEST(BatchQueue, WaitsForRoom) {
  BatchQueue queue(1);
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  std::thread pushing([&] { EXPECT_TRUE(queue.Push(std::make_unique<Batch>())); });
  EXPECT_NE(queue.Pop(), nullptr);
  EXPECT_EQ(queue.Take(1, kLong).size(), 1u);
  pushing.join();
}

TEST(BatchQueue, TakesAllThatFitsWithoutWaitingForMore) {
  BatchQueue queue(2);
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  EXPECT_EQ(queue.Take(10, kLong).size(), 2u);
}

TEST(BatchQueue, CancellingLetsGoOfWhoeverWaits) {
  BatchQueue full(1);
  BatchQueue empty(1);
  ASSERT_TRUE(full.Push(std::make_unique<Batch>()));
  std::thread pushing([&] { EXPECT_FALSE(full.Push(std::make_unique<Batch>())); });
  std::thread popping([&] { EXPECT_EQ(empty.Pop(), nullptr); });
  full.Cancel();
  empty.Cancel();
  pushing.join();
  popping.join();
  EXPECT_EQ(empty.status().code(), absl::StatusCode::kCancelled);
}

TEST(BatchQueue, WhatIsThereCanBeTakenAfterCancelling) {
  BatchQueue queue(2);
  ASSERT_TRUE(queue.Push(std::make_unique<Batch>()));
  queue.Cancel();
  queue.Close(absl::OkStatus());
  EXPECT_EQ(queue.status().code(), absl::StatusCode::kCancelled) << "a batch is left";
  EXPECT_EQ(queue.Take(2, absl::ZeroDuration()).size(), 1u);
  EXPECT_TRUE(queue.ended());
}

TEST(BatchQueue, CancellingAfterTheEndDoesNotChangeHowItEnded) {
  BatchQueue queue(1);
  queue.Close(absl::OkStatus());
  queue.Cancel();
  EXPECT_TRUE(queue.status().ok());
}

}  // namespace
}  // namespace entrepot::sync
