#include "app/entrepot/exit_code.h"

#include <string>

#include "core/base/reason.h"

namespace entrepot::cli {

ExitCode ExitCodeOf(const absl::Status& error) {
  const std::string reason = ReasonOf(error);
  if (reason == kUsageReason) return ExitCode::kUsage;
  if (reason == kUnreachableReason || reason == "SHUTTING_DOWN") return ExitCode::kUnreachable;
  if (error.code() == absl::StatusCode::kNotFound) return ExitCode::kNotFound;
  return ExitCode::kRefused;
}

absl::Status Usage(std::string_view message) {
  return Failure(absl::StatusCode::kInvalidArgument, kUsageReason, message);
}

}  // namespace entrepot::cli
