#include "core/sync/source.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/log.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {

Source::Source(Intake* intake, Replay* replay, store::Store* store, const ConnectionPlan* plan,
               std::shared_ptr<Link> link, Options options)
    : intake_(intake),
      replay_(replay),
      store_(store),
      plan_(plan),
      link_(std::move(link)),
      options_(options) {}

bool Source::Reserve() {
  std::lock_guard lock(mutex_);
  return !std::exchange(reserved_, true);
}

void Source::Release() {
  std::lock_guard lock(mutex_);
  reserved_ = false;
  changed_.notify_all();
}

void Source::Submit(Request request) {
  std::lock_guard lock(mutex_);
  request_ = std::move(request);
  changed_.notify_all();
  link_->InterruptWait();
}

void Source::SetPaused(bool paused) {
  std::stop_source run;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(paused_, paused) == paused) return;
    if (paused) run = pause_;
    failures_ = 0;
    last_ = absl::OkStatus();
    changed_.notify_all();
  }
  // Its callbacks take the mutex.
  if (paused) run.request_stop();
  link_->InterruptWait();
}

bool Source::paused() const {
  std::lock_guard lock(mutex_);
  return paused_;
}

absl::Duration Source::UntilNext() const {
  if (failures_ == 0) return options_.interval;
  return std::max(options_.interval, backoff_.Delay(failures_, std::random_device()()));
}

bool Source::AwaitChange(std::chrono::steady_clock::time_point next) {
  const auto now = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(mutex_);
    if (request_ || reserved_ || paused_ || failures_ > 0 || now < listen_again_ || now >= next) {
      return false;
    }
    link_->ArmWait();
  }
  const absl::StatusOr<bool> changed = link_->Wait(absl::FromChrono(next - now));
  if (changed.ok()) {
    deaf_ = 0;
    return *changed;
  }
  if (deaf_++ == 0) {
    log::Warn("a source cannot be waited for and is read at its interval meanwhile",
              {{"connection", plan_->name}, {"error", changed.status()}});
  }
  listen_again_ = std::chrono::steady_clock::now() +
                  absl::ToChronoMilliseconds(backoff_.Delay(deaf_, std::random_device()()));
  return false;
}

void Source::Run(std::stop_token stop) {
  const std::stop_callback wake(stop, [this] {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
    link_->InterruptWait();
  });
  const bool interval = options_.interval > absl::ZeroDuration();
  auto next = std::chrono::steady_clock::now();
  bool seen = false;  // something to read
  while (!stop.stop_requested()) {
    std::optional<Request> request;
    const bool periodic = interval && !paused();
    if (periodic && options_.waits && !seen) seen = AwaitChange(next);
    {
      std::unique_lock lock(mutex_);
      const auto ready = [&] {
        return request_.has_value() || stop.stop_requested() || (interval && paused_ == periodic);
      };
      const bool listens_later = listen_again_ > std::chrono::steady_clock::now();
      if (!periodic) {
        changed_.wait(lock, ready);
      } else if (!seen) {
        changed_.wait_until(lock, listens_later ? std::min(next, listen_again_) : next, ready);
      }
      if (stop.stop_requested()) break;
      request.swap(request_);
      // Reserved by somebody whose request is on its way.
      const bool due = periodic && !paused_ && (seen || std::chrono::steady_clock::now() >= next);
      if (!request && (!due || reserved_)) {
        changed_.wait_for(lock, std::chrono::milliseconds(10), ready);
        continue;
      }
      running_ = true;
    }
    seen = false;
    RunAll(request ? *request : Request{}, stop);
    {
      std::lock_guard lock(mutex_);
      next = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(UntilNext());
      running_ = false;
    }
    if (request) Release();
    if (request && request->done) request->done();
  }
  Release();
  std::optional<Request> unserved;
  {
    std::lock_guard lock(mutex_);
    unserved.swap(request_);
  }
  if (unserved && unserved->done) unserved->done();
}

void Source::RunAll(const Request& request, std::stop_token stop) {
  std::stop_source both;  // either of the two
  const std::stop_callback by_hub(stop, [&] { both.request_stop(); });
  const std::stop_callback by_caller(request.cancelled, [&] { both.request_stop(); });
  std::stop_token paused;
  {
    std::lock_guard lock(mutex_);
    if (paused_) return;
    pause_ = std::stop_source();
    paused = pause_.get_token();
  }
  const std::stop_callback by_pause(paused, [&] { both.request_stop(); });
  absl::Status first;
  for (const DatasetPlan& dataset : plan_->datasets) {
    if (!dataset.source) continue;
    if (both.stop_requested()) break;
    first.Update(RunDataset(dataset, request, both.get_token()));
  }
  std::lock_guard lock(mutex_);
  if (paused.stop_requested()) return;  // what it was ended for is no failure
  last_ = first;
  failures_ = first.ok() ? 0 : failures_ + 1;
}

absl::Status Source::RunDataset(const DatasetPlan& dataset, const Request& request,
                                std::stop_token stop) {
  auto end = intake_->Run(dataset, link_, request.intake, request.progress, stop);
  if (!end.ok()) {
    log::Error("a run could not be saved", {{"dataset", dataset.path}, {"error", end.status()}});
    const store::Run run{.dataset = dataset.path,
                         .full = request.intake.full,
                         .error = std::string(StdView(end.status().message()))};
    if (request.progress) request.progress(run);
    return end.status();
  }
  if (!end->status.ok()) {
    log::Warn("a run stopped early", {{"dataset", dataset.path}, {"error", end->status}});
  }
  const auto recovered = replay_->ApplyQueued();
  if (!recovered.ok()) return recovered.status();
  if (*recovered > 0) {
    end->run.recovered += *recovered;
    RETURN_IF_ERROR(
        store_->Write([&](store::Transaction& tx) { return tx.SaveRun(end->run).status(); }));
    if (request.progress) request.progress(end->run);
  }
  return end->status;
}

Source::State Source::state() const {
  std::lock_guard lock(mutex_);
  State state{.running = running_ || reserved_, .error = std::string(StdView(last_.message()))};
  if (last_.ok() || state.running) return state;
  const bool passes = OutcomeOf(last_.code(), Phase::kRead) == Outcome::kRetry &&
                      last_.code() != absl::StatusCode::kResourceExhausted;
  state.backing_off = passes;
  state.failed = !passes;
  return state;
}

}  // namespace entrepot::sync
