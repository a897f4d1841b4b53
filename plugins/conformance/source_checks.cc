// Checks of a source, dataset by dataset. Every reading asks for everything (`full`), because what
// a source has once handed over it need not give again otherwise.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "core/base/status_macros.h"
#include "plugins/conformance/checks.h"
#include "plugins/conformance/reading.h"

namespace entrepot::conformance {
namespace {

constexpr int kResumptionsMax = 5;
// An interrupted call must return within this time.
constexpr std::chrono::milliseconds kInterruptTimeMax(2000);

// The first reading of all that there is; the others are compared with it.
absl::Status ReadWhole(Session& session, const contract::Dataset& dataset, Reading* reading) {
  return ReadOn(session.driver(), dataset, true, {}, reading);
}

Verdict ReadsToTheEnd(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Reading reading;
  const absl::Status status = ReadWhole(**session, dataset, &reading);
  if (!status.ok()) return VerdictOf(status);
  if (reading.ended && reading.in_snapshot)
    return Fail("a snapshot begins and the reading ends in it");
  if (reading.items.empty()) return Skip("there are no rows: nothing to check with");
  return Ok(fmt::format("{} rows{}", reading.items.size(), reading.ended ? "" : " (and more)"));
}

Verdict ReadsAgainTheSame(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Reading first, second;
  absl::Status status = ReadWhole(**session, dataset, &first);
  if (status.ok()) status = (*session)->Reopen();
  // As the hub does it: with the cursor that it has, and `full` to say that it does not count.
  second.cursor = first.cursor;
  if (status.ok()) status = ReadWhole(**session, dataset, &second);
  if (!status.ok()) return VerdictOf(status);
  if (!first.ended) return Skip("more rows than the suite compares");
  const std::string difference = Difference(first.items, second.items);
  return difference.empty() ? Ok() : Fail("the second reading differs: " + difference);
}

Verdict KeepsLimits(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Reading single, small;
  absl::Status status = ReadOn((*session)->driver(), dataset, true,
                               {.rows_max = 1, .items_max = 50, .batches_max = 50}, &single);
  if (status.ok()) status = (*session)->Reopen();
  if (status.ok()) {
    status = ReadOn((*session)->driver(), dataset, true,
                    {.bytes_max = 256, .items_max = 500, .batches_max = 50}, &small);
  }
  return VerdictOf(status);
}

// Stops after each of some batches, opens anew and reads the rest from the cursor.
Verdict ResumesFromCursors(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Reading whole;
  absl::Status status = ReadWhole(**session, dataset, &whole);
  if (!status.ok()) return VerdictOf(status);
  if (!whole.ended) return Skip("more rows than the suite compares");
  if (whole.items.size() < 2) return Skip("fewer than two rows");
  const ReadingLimits pieces{
      .rows_max = static_cast<uint32_t>(std::max<size_t>(1, whole.items.size() / kResumptionsMax))};
  for (size_t stop = 1; stop <= kResumptionsMax; ++stop) {
    Reading reading;
    ReadingLimits until = pieces;
    until.batches_max = stop;
    status = (*session)->Reopen();
    if (status.ok()) status = ReadOn((*session)->driver(), dataset, true, until, &reading);
    if (status.ok()) status = (*session)->Reopen();
    if (status.ok() && !reading.ended) {
      status = ReadOn((*session)->driver(), dataset, false, pieces, &reading);
    }
    if (!status.ok())
      return Fail(fmt::format("stopped after batch {}: {}", stop, std::string(status.message())));
    const std::string difference = Difference(whole.items, reading.items);
    if (!difference.empty()) {
      return Fail(fmt::format("stopped after batch {} and read on: {}", stop, difference));
    }
  }
  return Ok();
}

Verdict RefusesCorruptCursor(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  const std::string cursors[] = {"no cursor of yours", std::string("\x00\xff\x80\x01", 4),
                                 std::string(5000, '9')};
  for (const std::string& cursor : cursors) {
    contract::ReadRequest request;
    request.set_dataset(dataset.name());
    request.set_cursor(cursor);
    request.set_rows_max(10);
    request.set_bytes_max(1 << 20);
    contract::ReadResponse batch;
    const Outcome outcome = (*session)->driver().Call((*session)->table().read, request, &batch);
    if (outcome.status >= 0) return Fail("a cursor that it never gave is accepted");
    if (outcome.status != ENTREPOT_BAD_DATA || outcome.reason.empty()) {
      return Fail("BAD_DATA with a reason was expected, not " + outcome.Text());
    }
  }
  return Ok();
}

Verdict LivesWithoutMemory(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Driver& driver = (*session)->driver();
  driver.RefuseMemory(true);
  contract::ReadRequest request;
  request.set_dataset(dataset.name());
  request.set_full(true);
  request.set_rows_max(10);
  request.set_bytes_max(1 << 20);
  contract::ReadResponse batch;
  const Outcome without = driver.Call(driver.table().read, request, &batch);
  if (without.status < 0 && without.reason.empty()) return Fail("it fails without a reason");
  driver.RefuseMemory(false);
  const Outcome with = driver.Call(driver.table().read, request, &batch);
  return with.ok() ? Ok() : Fail("after it, read fails: " + with.Text());
}

// Interrupts from another thread all the time, for a while: the reading asks again and again.
Verdict LosesNothingWhenInterrupted(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Reading whole;
  absl::Status status = ReadWhole(**session, dataset, &whole);
  if (status.ok()) status = (*session)->Reopen();
  if (!status.ok()) return VerdictOf(status);
  std::atomic<bool> stop = false;
  std::thread interrupter([&] {
    for (int i = 0; i < 200 && !stop; ++i) {
      (*session)->driver().Interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Reading reading;
  status = ReadOn((*session)->driver(), dataset, true, {.rows_max = 20}, &reading);
  stop = true;
  interrupter.join();
  if (!status.ok()) return VerdictOf(status);
  if (!whole.ended) return Ok("more rows than the suite compares");
  const std::string difference = Difference(whole.items, reading.items);
  return difference.empty() ? Ok() : Fail("with interrupts in between: " + difference);
}

// One large call, interrupted from its first moment on.
Verdict EndsSoonWhenInterrupted(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  std::atomic<bool> returned = false;
  std::atomic<bool> late = false;
  std::thread interrupter([&] {
    const auto begin = std::chrono::steady_clock::now();
    while (!returned) {
      (*session)->driver().Interrupt();
      late = std::chrono::steady_clock::now() - begin > kInterruptTimeMax;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  contract::ReadRequest request;
  request.set_dataset(dataset.name());
  request.set_full(true);
  request.set_rows_max(1'000'000);
  request.set_bytes_max(64u << 20);
  contract::ReadResponse batch;
  const Outcome outcome = (*session)->driver().Call((*session)->table().read, request, &batch);
  returned = true;
  interrupter.join();
  if (late) return Fail("a call went on for more than 2 s after it had been interrupted");
  if (!outcome.ok() && outcome.status != ENTREPOT_INTERRUPTED) {
    return Fail("INTERRUPTED was expected, not " + outcome.Text());
  }
  request.set_rows_max(10);
  const Outcome later = (*session)->driver().Call((*session)->table().read, request, &batch);
  return later.ok() ? Ok(outcome.ok() ? "it was done first" : "") : Fail("later: " + later.Text());
}

// A connector that is both may have datasets that are only written.
bool IsOnlyWritten(const Context& context, const contract::Dataset& dataset) {
  auto session = Session::Open(context);
  if (!session.ok()) return false;
  contract::ReadRequest request;
  request.set_dataset(dataset.name());
  request.set_full(true);
  request.set_rows_max(1);
  request.set_bytes_max(64u << 20);
  contract::ReadResponse batch;
  const Outcome outcome = (*session)->driver().Call((*session)->table().read, request, &batch);
  return outcome.status == ENTREPOT_UNSUPPORTED;
}

}  // namespace

std::vector<Check> SourceChecks(const Context& context, const contract::Dataset& dataset) {
  using Function = Verdict (*)(const Context&, const contract::Dataset&);
  const std::pair<const char*, Function> table[] = {
      {"reads to the end", ReadsToTheEnd},
      {"reads again the same", ReadsAgainTheSame},
      {"keeps the limits of a batch", KeepsLimits},
      {"reads on from every cursor", ResumesFromCursors},
      {"refuses a corrupt cursor", RefusesCorruptCursor},
      {"lives with no memory for a batch", LivesWithoutMemory},
      {"loses nothing when interrupted", LosesNothingWhenInterrupted},
      {"ends soon when interrupted", EndsSoonWhenInterrupted},
  };
  std::vector<Check> checks;
  for (const auto& [name, function] : table) {
    checks.push_back({fmt::format("source '{}': {}", dataset.name(), name),
                      [=, function = function] {
                        if (IsOnlyWritten(context, dataset)) return Skip("it is only written");
                        return function(context, dataset);
                      }});
  }
  return checks;
}

}  // namespace entrepot::conformance
