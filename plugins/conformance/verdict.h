// What a check of the conformance suite found, and how a check is run: in a child process, so that
// a connector that crashes or hangs fails one check and not the suite.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace entrepot::conformance {

struct Verdict {
  enum class Kind { kOk, kSkipped, kFailed };
  Kind kind = Kind::kOk;
  // Why it was skipped or failed; a remark when it is fine.
  std::string text;
};

inline Verdict Ok(std::string remark = "") { return {Verdict::Kind::kOk, std::move(remark)}; }
inline Verdict Skip(std::string why) { return {Verdict::Kind::kSkipped, std::move(why)}; }
inline Verdict Fail(std::string why) { return {Verdict::Kind::kFailed, std::move(why)}; }
// OK is Ok; anything else fails with its message.
Verdict VerdictOf(const absl::Status& status);

// Runs `check` in a child process. A crash, an exit or a run longer than `limit` is a failure that
// says so. What the child writes to standard error is dropped. REQUIRES: this process has no other
// threads that hold locks.
Verdict RunIsolated(const std::function<Verdict()>& check, absl::Duration limit);

}  // namespace entrepot::conformance
