#include "core/sync/outcome.h"

#include <gtest/gtest.h>

namespace entrepot::sync {
namespace {

using absl::StatusCode;

TEST(Outcome, InReadingCheckingAndFindingWhatPassesIsTriedAgain) {
  for (const Phase phase : {Phase::kRead, Phase::kCheck, Phase::kFind}) {
    for (const StatusCode code : {StatusCode::kUnavailable, StatusCode::kResourceExhausted,
                                  StatusCode::kDeadlineExceeded, StatusCode::kAborted}) {
      EXPECT_EQ(OutcomeOf(code, phase), Outcome::kRetry);
    }
    for (const StatusCode code : {StatusCode::kInvalidArgument, StatusCode::kPermissionDenied,
                                  StatusCode::kDataLoss, StatusCode::kInternal}) {
      EXPECT_EQ(OutcomeOf(code, phase), Outcome::kRejected);
    }
  }
}

TEST(Outcome, InApplyingEveryFailedCallIsUnknown) {
  for (int code = 1; code <= 16; ++code) {
    EXPECT_EQ(OutcomeOf(static_cast<StatusCode>(code), Phase::kApply), Outcome::kUnknown);
  }
}

TEST(Outcome, OnlyWhatTheConnectorMarksIsKnown) {
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_APPLIED), Outcome::kDelivered);
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_NOT_SENT), Outcome::kRetry);
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_REFUSED), Outcome::kRejected);
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_NOT_FOUND), Outcome::kRejected);
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_UNKNOWN), Outcome::kUnknown);
  EXPECT_EQ(OutcomeOf(connector::APPLY_OUTCOME_UNSPECIFIED), Outcome::kUnknown);
  EXPECT_EQ(OutcomeOf(static_cast<connector::ApplyOutcome>(77)), Outcome::kUnknown);
}

}  // namespace
}  // namespace entrepot::sync
