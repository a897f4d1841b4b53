#include "core/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/absl_view.h"

namespace entrepot {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(Log, WritesASentenceAndItsFieldsInOneLine) {
  testing::internal::CaptureStderr();
  log::Warn("a run stopped", {{"dataset", "warehouse/stock"}, {"missing", 21}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, ContainsRegex("^[0-9-]+T[0-9:.]+Z warning a run stopped "
                                  "dataset=\"warehouse/stock\" missing=\"21\"\n$"));
}

TEST(Log, KeepsALineALine) {
  testing::internal::CaptureStderr();
  log::Error("it broke", {{"answer", "first\nsecond \"x\" Склад"}});
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("answer=\"first\\nsecond \\\"x\\\" Склад\"\n"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  ASSERT_TRUE(log::SetLevel("warn").ok());
  testing::internal::CaptureStderr();
  log::Info("a small thing");
  log::Warn("a large thing");
  const std::string lines = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(log::SetLevel("info").ok());
  EXPECT_THAT(lines, Not(HasSubstr("small")));
  EXPECT_THAT(lines, HasSubstr("large"));
}

TEST(Log, NamesTheLevelsItKnows) {
  const absl::Status status = log::SetLevel("loud");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StdView(status.message()),
            "log level \"loud\" is none of trace, debug, info, warn, error");
}

}  // namespace
}  // namespace entrepot
