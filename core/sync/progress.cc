#include "core/sync/progress.h"

#include <chrono>
#include <utility>

namespace entrepot::sync {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace

v1::Run ToProto(const store::Run& run) {
  v1::Run proto;
  proto.set_id(run.id);
  proto.set_dataset(run.dataset);
  proto.set_full(run.full);
  SetTime(run.started_at, proto.mutable_started_at());
  if (run.ended_at) SetTime(*run.ended_at, proto.mutable_ended_at());
  proto.set_read(run.read);
  proto.set_created(run.created);
  proto.set_changed(run.changed);
  proto.set_unchanged(run.unchanged);
  proto.set_deleted(run.deleted);
  proto.set_parked(run.parked);
  proto.set_dead(run.dead);
  proto.set_recovered(run.recovered);
  proto.set_error(run.error);
  return proto;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  SetTime(time, &timestamp);
  return timestamp;
}

v1::DeliveryState ToProto(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::kPending: return v1::DELIVERY_STATE_PENDING;
    case store::DeliveryState::kInFlight: return v1::DELIVERY_STATE_IN_FLIGHT;
    case store::DeliveryState::kUnknown: return v1::DELIVERY_STATE_UNKNOWN;
    case store::DeliveryState::kDelivered: return v1::DELIVERY_STATE_DELIVERED;
    case store::DeliveryState::kRejected: return v1::DELIVERY_STATE_REJECTED;
    case store::DeliveryState::kWaiting: return v1::DELIVERY_STATE_WAITING;
  }
  return v1::DELIVERY_STATE_UNSPECIFIED;
}

void Events::Add(v1::Run run) {
  std::lock_guard lock(mutex_);
  for (v1::SyncResponse& event : events_) {
    if (event.run().dataset() != run.dataset()) continue;
    *event.mutable_run() = std::move(run);
    return;
  }
  *events_.emplace_back().mutable_run() = std::move(run);
  changed_.notify_all();
}

void Events::SenderDone() {
  std::lock_guard lock(mutex_);
  --senders_;
  changed_.notify_all();
}

bool Events::Take(absl::Duration wait, const std::function<void(const v1::SyncResponse&)>& take) {
  std::deque<v1::SyncResponse> taken;
  bool more = false;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(wait),
                      [&] { return !events_.empty() || senders_ == 0; });
    taken.swap(events_);
    more = senders_ > 0;
  }
  for (const v1::SyncResponse& event : taken) take(event);
  return more;
}

}  // namespace entrepot::sync
