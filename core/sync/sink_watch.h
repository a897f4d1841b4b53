// Follows one sink until it has nothing more to send now.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "core/sync/dispatcher.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// Used by one thread.
class SinkWatch {
 public:
  // `dispatcher` outlives it.
  explicit SinkWatch(Dispatcher* dispatcher)
      : dispatcher_(dispatcher), start_(dispatcher->state().progress) {}

  // Hurries the sink; it is done when it has come to `log_head`. Errors as Dispatcher::Hurry.
  absl::Status Begin(uint64_t log_head);
  // Waits a moment for news and tells them.
  void Look(const std::string& name, const std::function<void(const v1::SyncResponse&)>& progress);
  bool done() const { return done_; }

 private:
  Dispatcher* dispatcher_;
  const v1::SinkProgress start_;
  uint64_t log_head_ = 0;
  uint64_t round_ = 0;
  uint64_t seen_ = 0;
  bool done_ = false;
};

}  // namespace entrepot::sync
