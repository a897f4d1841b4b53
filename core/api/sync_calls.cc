#include "core/api/sync_calls.h"

#include <fmt/core.h>

#include <atomic>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/api/call.h"
#include "core/base/reason.h"

namespace entrepot::api {
namespace {

absl::Status ShuttingDown() {
  return Failure(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the hub is shutting down");
}

// What an event reports on: a newer one of the same subject replaces one that was not sent yet.
std::string SubjectOf(const v1::SyncResponse& event) {
  return event.has_run() ? "run " + event.run().dataset() : "sink " + event.sink().connection();
}

}  // namespace

// Progress goes out as fast as the caller reads it; what comes faster is joined by subject, so what
// waits is bounded by the number of datasets and sinks.
class SyncStream final : public grpc::ServerWriteReactor<v1::SyncResponse> {
 public:
  explicit SyncStream(const v1::SyncRequest& request) : request_(request) {}

  void Hold(std::shared_ptr<SyncStream> self) { self_ = std::move(self); }

  // On the call's thread.
  void Run(sync::Scheduler& scheduler) {
    End(StopExceptions([&] {
      return scheduler.Sync(
          request_, [this](const v1::SyncResponse& event) { Offer(event); }, stop_.get_token());
    }));
    returned_ = true;
  }

  bool returned() const { return returned_; }

  void Cancel(const absl::Status& status) {
    stop_.request_stop();
    End(status);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) waiting_.clear();
    Go();
  }

  void OnCancel() override { Cancel(absl::CancelledError("the caller left")); }
  void OnDone() override { std::shared_ptr<SyncStream> self = std::move(self_); }

 private:
  void Offer(const v1::SyncResponse& event) {
    std::lock_guard lock(mutex_);
    if (end_.has_value()) return;
    const std::string subject = SubjectOf(event);
    for (auto& [waiting_subject, waiting_event] : waiting_) {
      if (waiting_subject != subject) continue;
      waiting_event = event;
      return;
    }
    waiting_.emplace_back(subject, event);
    Go();
  }

  void End(const absl::Status& status) {
    std::lock_guard lock(mutex_);
    if (!end_.has_value()) end_ = status;
    Go();
  }

  // The next step, where one can be made. With mutex_ held.
  void Go() {
    if (writing_ || finished_) return;
    const bool failed = end_.has_value() && !end_->ok();
    if (!waiting_.empty() && !failed) {
      response_ = std::move(waiting_.front().second);
      waiting_.pop_front();
      writing_ = true;
      StartWrite(&response_);
    } else if (end_.has_value()) {
      finished_ = true;
      Finish(ToGrpc(*end_));
    }
  }

  const v1::SyncRequest request_;
  std::stop_source stop_;
  std::atomic<bool> returned_ = false;
  std::shared_ptr<SyncStream> self_;  // gRPC's share; set before gRPC knows it, reset in OnDone
  std::mutex mutex_;
  std::deque<std::pair<std::string, v1::SyncResponse>> waiting_;  // all below: guarded by mutex_
  v1::SyncResponse response_;
  bool writing_ = false;
  bool finished_ = false;
  std::optional<absl::Status> end_;
};

SyncCalls::~SyncCalls() {
  Stop();
  for (Call& call : calls_) call.thread.join();
}

grpc::ServerWriteReactor<v1::SyncResponse>* SyncCalls::Start(const v1::SyncRequest& request) {
  std::lock_guard lock(mutex_);
  if (stopping_) return new RefusedStream<v1::SyncResponse>(ShuttingDown());
  JoinEnded();
  if (calls_.size() >= calls_max_) {
    return new RefusedStream<v1::SyncResponse>(
        Failure(absl::StatusCode::kResourceExhausted, "TOO_MANY_SYNCS",
                fmt::format("{} sync calls are under way already (limits.calls_at_once_max): wait "
                            "for one to end",
                            calls_.size())));
  }
  auto stream = std::make_shared<SyncStream>(request);
  stream->Hold(stream);
  calls_.push_back({stream, std::thread([this, stream] { stream->Run(scheduler_); })});
  return stream.get();
}

void SyncCalls::Stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  for (Call& call : calls_) call.stream->Cancel(ShuttingDown());
}

void SyncCalls::JoinEnded() {
  for (auto call = calls_.begin(); call != calls_.end();) {
    if (call->stream->returned()) {
      call->thread.join();
      call = calls_.erase(call);
    } else {
      ++call;
    }
  }
}

}  // namespace entrepot::api
