#include "core/sync/sink_watch.h"

#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(25);

}  // namespace

absl::Status SinkWatch::Begin(uint64_t log_head) {
  log_head_ = log_head;
  ASSIGN_OR_RETURN(round_, dispatcher_->Hurry());
  return absl::OkStatus();
}

void SinkWatch::Look(const std::string& name,
                     const std::function<void(const v1::SyncResponse&)>& progress) {
  const Dispatcher::State state = dispatcher_->WaitForRound(seen_, kLook);
  const bool news = state.rounds > seen_;
  seen_ = state.rounds;
  // A round that was under way at Begin may have looked too early: ask for one more.
  if (state.rounds <= round_) dispatcher_->Wake();
  const bool handled = state.rounds > round_ && state.cursor >= log_head_;
  done_ = (handled && state.idle && !state.settling) || (state.rounds > round_ && state.pausing);
  if (!news && !done_) return;
  v1::SyncResponse event;
  v1::SinkProgress* sink = event.mutable_sink();
  *sink = state.progress;
  sink->set_connection(name);
  sink->set_delivered(sink->delivered() - start_.delivered());
  sink->set_rejected(sink->rejected() - start_.rejected());
  sink->set_done(done_);
  sink->set_error(state.error);
  progress(event);
}

}  // namespace entrepot::sync
