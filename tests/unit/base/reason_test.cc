#include "core/base/reason.h"

#include <gtest/gtest.h>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"

namespace entrepot {
namespace {

absl::StatusOr<int> Twice(absl::StatusOr<int> number) {
  ASSIGN_OR_RETURN(const int value, number);
  return 2 * value;
}

absl::Status Through(const absl::Status& status) {
  RETURN_IF_ERROR(status);
  return absl::InternalError("went on");
}

TEST(Reason, TravelsWithTheStatus) {
  const absl::Status status =
      Failure(absl::StatusCode::kNotFound, "CLIENT_NOT_FOUND", "no client \"C-7\"");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(StdView(status.message()), "no client \"C-7\"");
  EXPECT_EQ(ReasonOf(status), "CLIENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Through(status)), "CLIENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Twice(status).status()), "CLIENT_NOT_FOUND");
}

TEST(Reason, IsTheNameOfTheCodeWhereNoneWasGiven) {
  EXPECT_EQ(ReasonOf(absl::UnavailableError("later")), "UNAVAILABLE");
}

TEST(StatusMacros, LetGoodValuesPass) {
  EXPECT_EQ(*Twice(21), 42);
  EXPECT_EQ(Through(absl::OkStatus()).code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace entrepot
