#include "core/sync/dispatcher.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/backoff.h"
#include "core/base/log.h"
#include "core/base/retry_after.h"
#include "core/base/status_macros.h"
#include "core/sync/call_rate.h"
#include "core/sync/courier.h"
#include "core/sync/outbox.h"
#include "core/sync/sink_dataset.h"

namespace entrepot::sync {
namespace {

using enum store::DeliveryState;

// How long a cursor may stay unsaved while only entries of other kinds pass.
constexpr absl::Duration kUnsavedMax = absl::Seconds(1);
constexpr absl::Duration kLookMax = absl::Minutes(1);
constexpr int kHurriedMax = 10'000;
// A clock that is put right runs back by less.
constexpr absl::Duration kClockSlack = absl::Seconds(5);
// However long the other side asks to be left alone.
constexpr absl::Duration kPauseMax = absl::Hours(1);

}  // namespace

struct Dispatcher::Impl {
  Impl(const DispatcherOptions& given, const ConnectionPlan* plan, std::shared_ptr<Link> opened)
      : options(given),
        plan(plan),
        link(std::move(opened)),
        made(SinkDatasets::Make(plan, given.environment)),
        datasets(made.ok() ? *std::move(made) : std::make_unique<SinkDatasets>()),
        outbox(given.store, plan, datasets.get()),
        courier(given, plan, datasets.get(), link.get()),
        rate(given.calls_per_minute_max) {
    on_commit = options.store->OnCommit([this](uint64_t) { Wake(); });
  }

  absl::StatusOr<bool> Work();
  absl::StatusOr<bool> Deliver();
  bool Paused() const;
  void TakeTurn(const absl::Status& connection);
  absl::Status MindTheClock();
  absl::Status MakeDue(store::DeliveryState of) const;
  absl::Status EndRound(bool worked);
  absl::Status CountPending(const store::Reader& reader);
  void Measure();
  absl::Duration WaitTime();
  void Wake();

  const DispatcherOptions options;
  const ConnectionPlan* plan;
  const std::shared_ptr<Link> link;
  absl::StatusOr<std::unique_ptr<SinkDatasets>> made;  // an error: nothing can be sent
  const std::unique_ptr<SinkDatasets> datasets;
  Outbox outbox;
  Courier courier;
  CallRate rate;
  const Backoff backoff;
  std::optional<connector::Manifest> manifest;
  bool recovered = false;
  absl::Time looked_at = absl::InfinitePast();  // the last time
  int failures = 0;                             // of the connection, in a row
  std::optional<uint64_t> pending;              // as of the last round that did something
  struct Ended {
    uint64_t delivered = 0, rejected = 0, retried = 0, unknown = 0;
  };
  Ended measured;       // what the meters have been told
  std::string put_off;  // then: why the next of them was not taken; empty: not tried

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  bool woken = false;
  bool paused = false;  // by a person
  State state;
  std::shared_ptr<void> on_commit;  // last: it ends first
};

Dispatcher::Dispatcher(const DispatcherOptions& options, const ConnectionPlan* plan,
                       std::shared_ptr<Link> link)
    : impl_(std::make_unique<Impl>(options, plan, std::move(link))) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Impl::Wake() {
  std::lock_guard lock(mutex);
  woken = true;
  changed.notify_all();
}

void Dispatcher::Wake() { impl_->Wake(); }

bool Dispatcher::Impl::Paused() const {
  std::lock_guard lock(mutex);
  return paused || (state.pausing && options.clock->Now() < state.paused_until);
}

absl::StatusOr<bool> Dispatcher::Impl::Work() {
  if (!made.ok()) {
    if (!Paused()) TakeTurn(made.status());
    return false;
  }
  if (!recovered) {
    RETURN_IF_ERROR(outbox.Recover());
    recovered = true;
  }
  RETURN_IF_ERROR(MindTheClock());
  ASSIGN_OR_RETURN(bool worked, outbox.Fill());
  if (outbox.TakeBound()) courier.SetBound();
  if (Paused()) return worked;
  const auto delivered = Deliver();
  if (!delivered.ok()) {
    recovered = false;  // what it was told may not be saved: that is looked up
    return delivered.status();
  }
  return worked || *delivered;
}

// What is put off to a time that a clock set back reaches in days is tried now.
absl::Status Dispatcher::Impl::MindTheClock() {
  const absl::Time now = options.clock->Now();
  const bool set_back = now < looked_at - kClockSlack;
  if (set_back) {
    log::Warn("the clock was set back; what was put off is tried now",
              {{"connection", plan->name}, {"by", absl::FormatDuration(looked_at - now)}});
    RETURN_IF_ERROR(MakeDue(kPending));
    RETURN_IF_ERROR(MakeDue(kUnknown));
    std::lock_guard lock(mutex);
    state.paused_until = now;
  }
  looked_at = now;
  return absl::OkStatus();
}

absl::Status Dispatcher::Impl::MakeDue(store::DeliveryState of) const {
  std::vector<store::Delivery> later;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options.store->Read());
    ASSIGN_OR_RETURN(
        later, snapshot->ListDeliveries(plan->name, {of}, absl::InfiniteFuture(), kHurriedMax));
  }
  return options.store->Write([&](store::Transaction& tx) -> absl::Status {
    for (const store::Delivery& listed : later) {
      // It may have been sent since it was listed.
      ASSIGN_OR_RETURN(auto delivery, tx.GetDelivery(listed.connection, listed.record_id));
      if (!delivery || delivery->state != of || delivery->due <= tx.now()) continue;
      if (delivery->due == absl::InfiniteFuture()) continue;  // a person has been asked
      delivery->due = tx.now();
      delivery->sent_at = std::min(delivery->sent_at, tx.now());
      RETURN_IF_ERROR(tx.SaveDelivery(*delivery));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> Dispatcher::Impl::Deliver() {
  if (!manifest) {
    auto described = link->Describe();
    if (!described.ok()) {
      TakeTurn(described.status());
      return false;
    }
    manifest = *std::move(described);
  }
  const absl::Time now = options.clock->Now();
  if (rate.NextAt(now) > now) return false;
  ASSIGN_OR_RETURN(const Courier::Turn settled, courier.Settle(*manifest));
  if (settled.called) rate.Count(now);
  if (settled.worked) {
    TakeTurn(settled.connection);
    return true;
  }
  // During a scan the sink would get records before those they refer to.
  if (outbox.scanning()) return false;
  ASSIGN_OR_RETURN(const Courier::Turn sent, courier.Send(*manifest));
  if (sent.called) rate.Count(now);
  if (sent.worked) {
    TakeTurn(sent.connection);
    return true;
  }
  return courier.Requeue();
}

void Dispatcher::Impl::TakeTurn(const absl::Status& connection) {
  failures = connection.ok() ? 0 : failures + 1;
  {
    std::lock_guard lock(mutex);
    state.error = std::string(StdView(connection.message()));
    state.pausing = !connection.ok();
    if (connection.ok()) return;
    const absl::Duration wait = backoff.Delay(failures, std::random_device()());
    const absl::Duration asked = RetryAfterOf(connection).value_or(wait);
    state.paused_until = options.clock->Now() + std::clamp(asked, wait, kPauseMax);
  }
  log::Warn("a sink is left alone for a while",
            {{"connection", plan->name}, {"failures", failures}, {"error", connection}});
}

absl::Status Dispatcher::Impl::CountPending(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto counts, reader.CountDeliveries(plan->name));
  pending = 0;
  for (const auto& [delivery_state, count] : counts) {
    const bool open = delivery_state != kDelivered && delivery_state != kRejected;
    if (open) *pending += count;
  }
  ASSIGN_OR_RETURN(const auto next,
                   reader.ListDeliveries(plan->name, {kPending}, absl::InfiniteFuture(), 1));
  std::string error = next.empty() ? "" : next.front().error;
  if (!error.empty() && error != put_off) {
    log::Warn("a sink does not take what is sent, trying again later",
              {{"connection", plan->name}, {"pending", *pending}, {"error", error}});
  }
  put_off = std::move(error);
  return absl::OkStatus();
}

void Dispatcher::Impl::Measure() {
  const Ended now = {courier.delivered(), courier.rejected(), courier.retried(), courier.unknown()};
  const auto tell = [&](std::string_view outcome, uint64_t before, uint64_t after) {
    if (after > before) options.meters->DeliveriesEnded(plan->name, outcome, after - before);
  };
  tell("delivered", measured.delivered, now.delivered);
  tell("rejected", measured.rejected, now.rejected);
  tell("retry", measured.retried, now.retried);
  tell("unknown", measured.unknown, now.unknown);
  measured = now;
}

absl::Status Dispatcher::Impl::EndRound(bool worked) {
  Measure();
  bool settling = false;
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options.store->Read());
    if (worked || !pending) RETURN_IF_ERROR(CountPending(*snapshot));
    // Those handed to a person are due never.
    ASSIGN_OR_RETURN(const auto unknown,
                     snapshot->ListDeliveries(plan->name, {kUnknown},
                                              options.clock->Now() + absl::Hours(24), 1));
    settling = !unknown.empty();
  }
  std::lock_guard lock(mutex);
  ++state.rounds;
  state.idle = !worked;
  if (!state.pausing) state.error = put_off;
  state.settling = settling;
  state.cursor = outbox.scanning() ? 0 : outbox.cursor();
  state.progress.set_connection(plan->name);
  state.progress.set_delivered(courier.delivered());
  state.progress.set_rejected(courier.rejected());
  state.progress.set_pending(*pending);
  state.progress.set_error(state.error);
  changed.notify_all();
  return absl::OkStatus();
}

absl::StatusOr<bool> Dispatcher::Round() {
  ASSIGN_OR_RETURN(const bool worked, impl_->Work());
  RETURN_IF_ERROR(impl_->EndRound(worked));
  return worked;
}

// Until the next delivery is due, the pause is over, or the cursor should be saved.
absl::Duration Dispatcher::Impl::WaitTime() {
  const absl::Time now = options.clock->Now();
  absl::Time next = now + kLookMax;
  const auto snapshot = options.store->Read();
  if (snapshot.ok()) {
    const auto due = (*snapshot)->ListDeliveries(plan->name, {kPending, kUnknown}, next, 1);
    if (due.ok() && !due->empty()) next = std::min(next, due->front().due);
  }
  next = std::max(next, rate.NextAt(now));
  std::lock_guard lock(mutex);
  if (paused) next = now + kLookMax;
  if (state.pausing && state.paused_until > now) next = state.paused_until;
  absl::Duration wait = std::clamp(next - now, absl::Milliseconds(1), kLookMax);
  return outbox.cursor_saved() ? wait : std::min(wait, kUnsavedMax);
}

void Dispatcher::SetPaused(bool paused) {
  std::lock_guard lock(impl_->mutex);
  impl_->paused = paused;
  impl_->woken = true;
  impl_->changed.notify_all();
}

void Dispatcher::Run(std::stop_token stop) {
  const std::stop_callback wake(stop, [this] { Wake(); });
  absl::Time saved_at = impl_->options.clock->Now();
  while (!stop.stop_requested()) {
    {
      std::lock_guard lock(impl_->mutex);
      impl_->woken = false;
    }
    const auto worked = Round();
    if (!worked.ok()) log::Error("a sink's round failed", {{"error", worked.status()}});
    if (worked.ok() && *worked) continue;
    const absl::Time now = impl_->options.clock->Now();
    if (now - saved_at >= kUnsavedMax) {
      const absl::Status saved = impl_->outbox.SaveCursor();
      if (!saved.ok()) log::Error("a sink's cursor is not saved", {{"error", saved}});
      saved_at = now;
    }
    const absl::Duration wait = worked.ok() ? impl_->WaitTime() : absl::Seconds(1);
    std::unique_lock lock(impl_->mutex);
    impl_->changed.wait_for(lock, absl::ToChronoMicroseconds(wait),
                            [&] { return impl_->woken || stop.stop_requested(); });
  }
  const absl::Status saved = impl_->outbox.SaveCursor();
  if (!saved.ok()) log::Warn("a sink's cursor is not saved", {{"error", saved}});
}

absl::StatusOr<uint64_t> Dispatcher::Hurry() {
  RETURN_IF_ERROR(impl_->MakeDue(kPending));
  std::lock_guard lock(impl_->mutex);
  impl_->state.pausing = false;
  impl_->woken = true;
  impl_->changed.notify_all();
  // The round under way, if any, may have looked before this.
  return impl_->state.rounds + 1;
}

Dispatcher::State Dispatcher::state() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->state;
}

Dispatcher::State Dispatcher::WaitForRound(uint64_t round, absl::Duration wait) const {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait_for(lock, absl::ToChronoMilliseconds(wait),
                          [&] { return impl_->state.rounds > round; });
  return impl_->state;
}

}  // namespace entrepot::sync
