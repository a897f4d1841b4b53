#include "core/config/problem.h"

#include <fmt/core.h>

#include "core/base/reason.h"

namespace entrepot::config {

std::string ToString(const Problem& problem) {
  std::string place = problem.file;
  if (problem.line > 0) place += fmt::format(":{}:{}", problem.line, problem.column);
  const std::string_view colon = problem.path.empty() ? "" : ": ";
  return fmt::format("{}{}{}: {}", place, colon, problem.path, problem.message);
}

absl::Status StatusOf(std::span<const Problem> problems) {
  if (problems.empty()) return absl::OkStatus();
  std::string lines;
  for (const Problem& problem : problems) {
    if (!lines.empty()) lines += '\n';
    lines += ToString(problem);
  }
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_CONFIGURATION", lines);
}

}  // namespace entrepot::config
