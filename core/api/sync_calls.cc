#include "core/api/sync_calls.h"

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
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

// What must all arrive waits for the caller to read it: so much at the most.
constexpr size_t kWaitingMax = 1000;
// And so long: a plan keeps its sources from being read meanwhile.
constexpr std::chrono::seconds kReadTimeMax{30};

// What an event reports on: a newer one of the same subject replaces one that was not sent yet.
// Empty: it must arrive.
std::string SubjectOf(const v1::SyncResponse& event) {
  return event.has_run() ? "run " + event.run().dataset() : "sink " + event.sink().connection();
}
std::string SubjectOf(const v1::PlanResponse&) { return ""; }
std::string SubjectOf(const v1::VerifyResponse&) { return ""; }

// Progress goes out as fast as the caller reads it; what comes faster is joined by subject, or
// waits for its turn, so that what is kept is bounded.
template <typename Response>
class LongStream final : public grpc::ServerWriteReactor<Response>, public LongCall {
 public:
  using Offered = std::function<void(const Response&)>;
  using Job = std::function<absl::Status(const Offered&, std::stop_token)>;
  explicit LongStream(Job job) : job_(std::move(job)) {}

  void Hold(std::shared_ptr<LongStream> self) { self_ = std::move(self); }

  void Run() override {
    End(StopExceptions(
        [&] { return job_([this](const Response& event) { Offer(event); }, stop_.get_token()); }));
    returned_ = true;
  }

  bool returned() const override { return returned_; }

  void Cancel(const absl::Status& status) override {
    stop_.request_stop();
    End(status);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) waiting_.clear();
    room_.notify_all();
    Go();
  }

  void OnCancel() override { Cancel(absl::CancelledError("the caller left")); }
  void OnDone() override { std::shared_ptr<LongStream> self = std::move(self_); }

 private:
  void Offer(const Response& event) {
    std::unique_lock lock(mutex_);
    const std::string subject = SubjectOf(event);
    const bool room = room_.wait_for(lock, kReadTimeMax, [&] {
      return end_.has_value() || !subject.empty() || waiting_.size() < kWaitingMax;
    });
    if (end_.has_value()) return;
    if (!room) {
      end_ = Failure(absl::StatusCode::kDeadlineExceeded, "CALLER_TOO_SLOW",
                     fmt::format("the caller has read nothing of the answer for {} seconds, so the "
                                 "call was ended: read it as it comes, or ask again",
                                 kReadTimeMax.count()));
      stop_.request_stop();
      return Go();
    }
    for (auto& [waiting_subject, waiting_event] : waiting_) {
      if (subject.empty() || waiting_subject != subject) continue;
      waiting_event = event;
      return;
    }
    waiting_.emplace_back(subject, event);
    Go();
  }

  void End(const absl::Status& status) {
    std::lock_guard lock(mutex_);
    if (!end_.has_value()) end_ = status;
    room_.notify_all();
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
      this->StartWrite(&response_);
    } else if (end_.has_value()) {
      finished_ = true;
      this->Finish(ToGrpc(*end_));
    }
  }

  const Job job_;
  std::stop_source stop_;
  std::atomic<bool> returned_ = false;
  std::shared_ptr<LongStream> self_;  // gRPC's share; set before gRPC knows it, reset in OnDone
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::pair<std::string, Response>> waiting_;  // all below: guarded by mutex_
  Response response_;
  bool writing_ = false;
  bool finished_ = false;
  std::optional<absl::Status> end_;
};

}  // namespace

SyncCalls::~SyncCalls() {
  Stop();
  for (Call& call : calls_) call.thread.join();
}

template <typename Response, typename Job>
grpc::ServerWriteReactor<Response>* SyncCalls::Start(Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return new RefusedStream<Response>(ShuttingDown());
  JoinEnded();
  if (calls_.size() >= calls_max_) {
    return new RefusedStream<Response>(
        Failure(absl::StatusCode::kResourceExhausted, "TOO_MANY_SYNCS",
                fmt::format("{} sync calls are under way already (limits.calls_at_once_max): wait "
                            "for one to end",
                            calls_.size())));
  }
  auto stream = std::make_shared<LongStream<Response>>(std::move(job));
  stream->Hold(stream);
  calls_.push_back({stream, std::thread([stream] { stream->Run(); })});
  return stream.get();
}

grpc::ServerWriteReactor<v1::SyncResponse>* SyncCalls::Sync(const v1::SyncRequest& request) {
  return Start<v1::SyncResponse>([this, request](const auto& offer, std::stop_token stop) {
    return scheduler_.Sync(request, offer, std::move(stop));
  });
}

grpc::ServerWriteReactor<v1::PlanResponse>* SyncCalls::Plan(const v1::PlanRequest& request) {
  return Start<v1::PlanResponse>([this, request](const auto& offer, std::stop_token stop) {
    return scheduler_.Plan(request, offer, std::move(stop));
  });
}

grpc::ServerWriteReactor<v1::VerifyResponse>* SyncCalls::Verify(const v1::VerifyRequest& request) {
  return Start<v1::VerifyResponse>([this, request](const auto& offer, std::stop_token stop) {
    return scheduler_.Verify(request, offer, std::move(stop)).status();
  });
}

void SyncCalls::Stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  for (Call& call : calls_) call.call->Cancel(ShuttingDown());
}

void SyncCalls::JoinEnded() {
  for (auto call = calls_.begin(); call != calls_.end();) {
    if (call->call->returned()) {
      call->thread.join();
      call = calls_.erase(call);
    } else {
      ++call;
    }
  }
}

}  // namespace entrepot::api
