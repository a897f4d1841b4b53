#include "core/sync/link.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/time/clock.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// An interrupt that comes right before a call begins is lost; the next call sees it.
constexpr absl::Duration kWaitCallMax = absl::Seconds(1);

}  // namespace

Link::Link(std::string connection, std::string connector_id, Options options)
    : connection_(std::move(connection)),
      connector_id_(std::move(connector_id)),
      options_(std::move(options)) {}

// The sentence gets the connection's name in front; code, reason and other payloads stay.
absl::Status Link::Named(const absl::Status& status) const {
  if (status.ok()) return status;
  const std::string sentence =
      fmt::format("connection \"{}\": {}", connection_, StdView(status.message()));
  absl::Status named(status.code(), AbslView(sentence));
  status.ForEachPayload(
      [&](absl::string_view type, const absl::Cord& payload) { named.SetPayload(type, payload); });
  return named;
}

absl::StatusOr<connector::Manifest> Link::Describe() {
  auto manifest = options_.connectors->Describe(connector_id_);
  if (!manifest.ok()) return Named(manifest.status());
  return manifest;
}

absl::StatusOr<std::shared_ptr<Connector>> Link::Opened() {
  {
    std::lock_guard lock(mutex_);
    if (connector_ != nullptr) return connector_;
  }
  ASSIGN_OR_RETURN(const connector::Manifest manifest,
                   options_.connectors->Describe(connector_id_));
  ASSIGN_OR_RETURN(const connector::OpenRequest request,
                   options_.make_open_request(connection_, manifest));
  ASSIGN_OR_RETURN(std::unique_ptr<Connector> opened,
                   options_.connectors->Open(connector_id_, request));
  std::lock_guard lock(mutex_);
  connector_ = std::move(opened);
  return connector_;
}

absl::Status Link::Guarded(Phase phase, bool* sent,
                           const std::function<absl::Status(Connector&)>& call) {
  if (sent != nullptr) *sent = false;
  const absl::Status shutting_down =
      Failure(absl::StatusCode::kCancelled, "SHUTTING_DOWN", "the hub is shutting down");
  std::unique_lock call_lock(call_mutex_, std::defer_lock);
  while (!stopped_ && !call_lock.try_lock_for(std::chrono::milliseconds(50))) {
  }
  if (stopped_) return Named(shutting_down);
  auto connector = Opened();
  SleepIfAbandoned();
  if (!connector.ok()) return Named(connector.status());
  if (stopped_) return Named(shutting_down);
  const uint64_t ticket =
      options_.watchdog->Arm(options_.call_time_max, [this, connector = *connector] {
        hanging_ = true;
        connector->Interrupt();
      });
  if (sent != nullptr) *sent = true;
  reading_ = phase == Phase::kRead;
  absl::Status status = call(**connector);
  SleepIfAbandoned();
  reading_ = false;
  const bool late = options_.watchdog->Disarm(ticket);
  hanging_ = false;
  if (late && !status.ok()) {
    status = Failure(
        absl::StatusCode::kDeadlineExceeded, "CALL_TOO_LONG",
        fmt::format("the connector did not answer within {} "
                    "(limits.connector_call_time_max) and was interrupted: {}",
                    absl::FormatDuration(options_.call_time_max), StdView(status.message())));
  }
  return Named(status);
}

absl::Status Link::Metered(std::string_view name, Phase phase, bool* sent,
                           const std::function<absl::Status(Connector&)>& call) {
  std::optional<std::chrono::steady_clock::time_point> began;  // the connector's work, not ours
  const absl::Status status = Guarded(phase, sent, [&](Connector& connector) {
    began = std::chrono::steady_clock::now();
    return call(connector);
  });
  if (!began && status.code() == absl::StatusCode::kCancelled) return status;  // the hub stops
  const auto took = began ? std::chrono::steady_clock::now() - *began : std::chrono::nanoseconds();
  options_.meters->ConnectorCalled(connection_, began ? name : "open", status.code(),
                                   absl::FromChrono(took));
  return status;
}

absl::Status Link::Check(connector::CheckResponse* response) {
  return Metered("check", Phase::kCheck, nullptr, [&](Connector& c) { return c.Check(response); });
}

absl::Status Link::Read(const connector::ReadRequest& request, SourceBatch* batch) {
  return Metered("read", Phase::kRead, nullptr,
                 [&](Connector& c) { return c.ReadBatch(request, batch); });
}

absl::StatusOr<bool> Link::Wait(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  connector::WaitResponse response;
  while (!wait_interrupted_ && !stopped_ && !response.changed()) {
    const absl::Duration left =
        std::min({end - absl::Now(), kWaitCallMax, options_.call_time_max / 2});
    if (left < absl::Milliseconds(1)) break;
    connector::WaitRequest request;
    const int64_t left_ms = absl::ToInt64Milliseconds(left);
    request.mutable_timeout()->set_seconds(left_ms / 1000);
    request.mutable_timeout()->set_nanos(static_cast<int32_t>(left_ms % 1000) * 1'000'000);
    waiting_ = true;
    const absl::Status status =
        Guarded(Phase::kCheck, nullptr, [&](Connector& c) { return c.Wait(request, &response); });
    waiting_ = false;
    if (!status.ok() && !wait_interrupted_) return status;
  }
  return response.changed();
}

void Link::InterruptWait() {
  wait_interrupted_ = true;
  if (waiting_) InterruptNow();
}

absl::Status Link::Apply(const connector::ApplyRequest& request, connector::ApplyResponse* response,
                         bool* sent) {
  return Metered("apply", Phase::kApply, sent,
                 [&](Connector& c) { return c.Apply(request, response); });
}

absl::Status Link::Find(const connector::FindRequest& request, connector::FindResponse* response,
                        bool* sent) {
  return Metered("find", Phase::kFind, sent,
                 [&](Connector& c) { return c.Find(request, response); });
}

absl::Status Link::List(const connector::ListRequest& request, connector::ListResponse* response) {
  return Guarded(Phase::kFind, nullptr, [&](Connector& c) { return c.List(request, response); });
}

void Link::SleepIfAbandoned() const {
  while (abandoned_) std::this_thread::sleep_for(std::chrono::hours(1));
}

void Link::InterruptNow() {
  std::shared_ptr<Connector> connector;
  {
    std::lock_guard lock(mutex_);
    connector = connector_;
  }
  if (connector != nullptr) connector->Interrupt();
}

void Link::InterruptRead() {
  if (reading_) InterruptNow();
}

void Link::Stop() {
  stopped_ = true;
  InterruptNow();
}

}  // namespace entrepot::sync
