// How runs and deliveries are shown: the messages of OperationService.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "absl/time/time.h"
#include "core/store/items.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

v1::Run ToProto(const store::Run& run);
google::protobuf::Timestamp ToProto(absl::Time time);
v1::DeliveryState ToProto(store::DeliveryState state);

// Takes events from many threads to the one that reports them. Thread-safe.
class Events {
 public:
  explicit Events(int senders) : senders_(senders) {}

  // A newer event of the same dataset replaces one that was not taken yet.
  void Add(v1::Run run);
  void SenderDone();
  // Blocks until there is an event, all senders are done, or `wait` has passed. Gives the events to
  // `take` on this thread. False: all senders are done, and nothing is left.
  bool Take(absl::Duration wait, const std::function<void(const v1::SyncResponse&)>& take);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::SyncResponse> events_;
  int senders_;
};

}  // namespace entrepot::sync
