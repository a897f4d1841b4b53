// Checks of a source that waits for changes. None of them makes one: only its owner could.
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "plugins/conformance/checks.h"

namespace entrepot::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kShortMs = 100;
constexpr int64_t kLongMs = 30'000;
// How long after its time, or after an interrupt, a wait may return.
constexpr std::chrono::milliseconds kLateMax(2000);
// A source that answers "changed" this often in a row sees ghosts.
constexpr int kChangesMax = 20;

Outcome Wait(Driver& driver, int64_t timeout_ms, bool* changed) {
  contract::WaitRequest request;
  request.mutable_timeout()->set_seconds(timeout_ms / 1000);
  request.mutable_timeout()->set_nanos(static_cast<int32_t>(timeout_ms % 1000) * 1'000'000);
  contract::WaitResponse answer;
  const Outcome outcome = driver.Call(driver.table().wait, request, &answer);
  *changed = answer.changed();
  return outcome;
}

// Waits until nothing more is new, so that the next wait lasts.
Verdict Quieten(Driver& driver) {
  bool changed = true;
  for (int i = 0; i < kChangesMax && changed; ++i) {
    const auto begin = Clock::now();
    const Outcome outcome = Wait(driver, kShortMs, &changed);
    if (!outcome.ok()) return Fail("wait: " + outcome.Text());
    if (Clock::now() - begin > std::chrono::milliseconds(kShortMs) + kLateMax) {
      return Fail("it waited for longer than it was told");
    }
  }
  return changed ? Fail("it sees changes all the time, although nothing is done") : Ok();
}

Verdict EndsWithItsTime(const Context& context) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  return Quieten((*session)->driver());
}

Verdict EndsWhenInterrupted(const Context& context) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Driver& driver = (*session)->driver();
  const Verdict quiet = Quieten(driver);
  if (quiet.kind != Verdict::Kind::kOk) return quiet;
  std::atomic<bool> returned = false;
  std::thread interrupter([&] {
    while (!returned) {
      driver.Interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  bool changed = false;
  const auto begin = Clock::now();
  const Outcome outcome = Wait(driver, kLongMs, &changed);
  returned = true;
  interrupter.join();
  if (Clock::now() - begin > kLateMax) return Fail("it waits on for more than 2 s");
  if (!outcome.ok() && outcome.status != ENTREPOT_INTERRUPTED) {
    return Fail("INTERRUPTED was expected, not " + outcome.Text());
  }
  const Outcome later = Wait(driver, 1, &changed);
  return later.ok() ? Ok() : Fail("later: " + later.Text());
}

}  // namespace

std::vector<Check> WaitChecks(const Context& context) {
  return {{"wait: ends with its time", [context] { return EndsWithItsTime(context); }},
          {"wait: ends soon when interrupted", [context] { return EndsWhenInterrupted(context); }}};
}

}  // namespace entrepot::conformance
