#include "core/api/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "core/base/reason.h"

namespace entrepot::api {
namespace {

TEST(Executor, RefusesMoreThanMayWait) {
  Executor executor(1, 1);
  std::promise<void> started;
  std::promise<void> release;
  std::future<void> released = release.get_future();
  ASSERT_TRUE(executor
                  .Add([&] {
                    started.set_value();
                    released.wait();
                  })
                  .ok());
  started.get_future().wait();
  EXPECT_TRUE(executor.Add([] {}).ok());
  EXPECT_EQ(ReasonOf(executor.Add([] {})), "TOO_MANY_CALLS");
  release.set_value();
}

TEST(Executor, RunsWhatWaitsBeforeItStops) {
  std::atomic<int> ran = 0;
  Executor executor(2, 100);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(executor.Add([&] { ++ran; }).ok());
  executor.Stop();
  EXPECT_EQ(ran, 50);
  EXPECT_EQ(ReasonOf(executor.Add([] {})), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace entrepot::api
