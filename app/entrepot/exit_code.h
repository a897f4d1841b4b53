// How the command line ends, for scripts. Documented in `entrepot --help`.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entrepot::cli {

enum class ExitCode {
  kOk = 0,
  kRefused = 1,      // the hub, or the command itself, could not do it
  kUsage = 2,        // the command line, a file it names or the configuration is wrong
  kUnreachable = 3,  // no hub answers
  kNotFound = 4,     // what was named is not there
  kPartly = 5,       // done, but a part needs a person: dead letters, rejected deliveries
};

// Reasons (base/reason.h) that this program gives to errors of its own.
inline constexpr char kUsageReason[] = "USAGE";
inline constexpr char kUnreachableReason[] = "HUB_UNREACHABLE";

// What a command returns: how it ended, or an error, which main prints.
using Outcome = absl::StatusOr<ExitCode>;

ExitCode ExitCodeOf(const absl::Status& error);

// An error of usage.
absl::Status Usage(std::string_view message);

}  // namespace entrepot::cli
