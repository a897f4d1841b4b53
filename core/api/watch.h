// Streams that show one thing as it is now, and again after each commit that changes it. One thread
// looks at all of them after a commit, so a slow reader costs nothing but its own stream: changes
// that come while a message is on its way are joined into the next one.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/call.h"
#include "core/store/store.h"
#include "grpcpp/support/server_callback.h"

namespace entrepot::api {

// One stream, as the board sees it. Called on the board's thread.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // Looks at the thing, and sends it where it differs from what was sent last.
  virtual void Refresh() = 0;
  // Ends the stream.
  virtual void End(const absl::Status& status) = 0;
};

// All streams of a server. Thread-safe.
class WatchBoard {
 public:
  // `store` outlives the board.
  WatchBoard(store::Store* store, int watchers_max);
  ~WatchBoard();  // Stop

  // Refreshed at once, then after each commit. RESOURCE_EXHAUSTED (TOO_MANY_WATCHERS), UNAVAILABLE
  // (SHUTTING_DOWN). The watcher is shared because gRPC ends a stream on a thread of its own while
  // the board may be looking at it.
  absl::Status Add(std::shared_ptr<Watcher> watcher);
  void Remove(const Watcher* watcher);
  // Refreshes one that was busy sending.
  void Wake(const Watcher* watcher);

  // Ends every stream with UNAVAILABLE (SHUTTING_DOWN). Idempotent.
  void Stop();

 private:
  struct Entry {
    std::shared_ptr<Watcher> watcher;
    bool due = true;
  };
  void Run();
  std::vector<std::shared_ptr<Watcher>> TakeDue();

  const size_t watchers_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<const Watcher*, Entry> entries_;  // guarded by mutex_
  bool due_ = false;                                   // some entry is; guarded by mutex_
  bool stopping_ = false;                              // guarded by mutex_
  std::shared_ptr<void> subscription_;
  std::thread thread_;
};

enum class WatchStep { kUnchanged, kChanged, kLast };

// `Look` fills the response and says whether it differs from what it gave before; kLast ends the
// stream after it; an error ends the stream with it.
template <typename Response>
class WatchStream final : public grpc::ServerWriteReactor<Response>, public Watcher {
 public:
  using Look = std::function<absl::StatusOr<WatchStep>(Response*)>;

  // gRPC owns what is returned, until OnDone.
  static grpc::ServerWriteReactor<Response>* Start(WatchBoard* board, Look look) {
    auto stream = std::shared_ptr<WatchStream>(new WatchStream(board, std::move(look)));
    stream->self_ = stream;
    if (absl::Status added = board->Add(stream); !added.ok()) stream->End(added);
    return stream.get();
  }

  void Refresh() override {
    std::lock_guard lock(mutex_);
    if (writing_ || ended_) return;
    absl::StatusOr<WatchStep> step = WatchStep::kUnchanged;
    absl::Status status = StopExceptions([&] {
      step = look_(&response_);
      return step.status();
    });
    if (!status.ok()) return EndLocked(status);
    if (*step == WatchStep::kUnchanged) return;
    last_ = *step == WatchStep::kLast;
    writing_ = true;
    this->StartWrite(&response_);
  }

  void End(const absl::Status& status) override {
    std::lock_guard lock(mutex_);
    EndLocked(status);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (ending_.has_value()) return EndLocked(*ending_);
    if (!ok) return EndLocked(absl::CancelledError("the caller left"));
    if (last_) return EndLocked(absl::OkStatus());
    board_->Wake(this);
  }

  void OnCancel() override { End(absl::CancelledError("the caller left")); }

  void OnDone() override {
    board_->Remove(this);
    std::shared_ptr<WatchStream> self = std::move(self_);
  }

 private:
  WatchStream(WatchBoard* board, Look look) : board_(board), look_(std::move(look)) {}

  // A message that is on its way is waited for first.
  void EndLocked(const absl::Status& status) {
    if (ended_) return;
    if (writing_) {
      ending_ = status;
      return;
    }
    ended_ = true;
    this->Finish(ToGrpc(status));
  }

  WatchBoard* const board_;
  const Look look_;
  Response response_;
  std::shared_ptr<WatchStream> self_;
  std::mutex mutex_;
  bool writing_ = false;
  bool last_ = false;
  bool ended_ = false;
  std::optional<absl::Status> ending_;
};

}  // namespace entrepot::api
