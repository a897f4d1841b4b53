// One instance of a connector behind the C table: the author's object, the host, and what wakes a
// waiting call. Not for authors.
#pragma once

#include <entrepot_connector.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "entrepot/sdk/connector.h"

namespace entrepot::sdk::detail {

// Made by the table's create, destroyed by its destroy. The author's object lives from open to
// close in it, so that a connection always begins with a fresh one. Methods are called by one
// thread at a time, Interrupt by any.
class Instance {
 public:
  explicit Instance(const entrepot_host* host) : host_(host) {}
  ~Instance() { Drop(); }

  const entrepot_host* host() const { return host_; }

  // Of the serialised calls only. Throws BadConfiguration-free Internal when nothing is open.
  Connector& connector() {
    if (!connector_) throw Internal("the hub called before it opened the connection");
    return *connector_;
  }

  void Put(std::unique_ptr<Connector> connector) {
    const std::lock_guard lock(mutex_);
    connector_ = std::move(connector);
  }

  // Ends the author's object. An Interrupt that is under way ends first.
  void Drop() {
    std::unique_ptr<Connector> dying;
    {
      const std::lock_guard lock(mutex_);
      dying = std::move(connector_);
    }
  }

  void BeginCall() {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }

  void Interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    wake_.notify_all();
    if (connector_) connector_->Interrupt();
  }

  bool cancelled(entrepot_call* call) {
    {
      const std::lock_guard lock(mutex_);
      if (interrupted_) return true;
    }
    return ENTREPOT_HAS(host_, cancelled) && host_->cancelled(host_, call) != 0;
  }

  // False: cancelled before the time was over. An interrupt that came just before the call began is
  // seen by the host's flag only, hence the steps.
  bool Wait(entrepot_call* call, std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kStep(50);
    const auto until = Clock::now() + time;
    while (!cancelled(call)) {
      const auto now = Clock::now();
      if (now >= until) return true;
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, std::min(until, now + kStep), [this] { return interrupted_; });
    }
    return false;
  }

 private:
  const entrepot_host* host_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool interrupted_ = false;
  std::unique_ptr<Connector> connector_;
};

inline entrepot_view View(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline std::string_view Text(entrepot_view view) {
  return {reinterpret_cast<const char*>(view.data), view.size};
}

}  // namespace entrepot::sdk::detail

namespace entrepot::sdk {

inline void Logger::Write(int32_t level, std::string_view sentence) const {
  if (ENTREPOT_HAS(host_, log)) host_->log(host_, level, detail::View(sentence));
}

inline Logger Call::log() const { return Logger(instance_->host()); }
inline bool Call::cancelled() const { return instance_->cancelled(call_); }
inline void Call::Sleep(std::chrono::milliseconds time) const {
  if (!instance_->Wait(call_, time)) throw Interrupted();
}

inline void Connector::Check(Call&, CheckResponse&) { throw Unsupported("it cannot be checked"); }
inline void Connector::Discover(Call&, DiscoverResponse&) {
  throw Unsupported("it cannot tell which datasets there are");
}
inline void Connector::Read(Call&, const ReadRequest&, Batch&) {
  throw Unsupported("it is no source");
}
inline bool Connector::Wait(Call&, std::chrono::milliseconds) {
  throw Unsupported("it cannot wait for changes");
}
inline void Connector::Apply(Call&, const ApplyRequest&, ApplyResponse&) {
  throw Unsupported("it is no sink");
}
inline void Connector::Find(Call&, const FindRequest&, FindResponse&) {
  throw Unsupported("it cannot find records");
}
inline void Connector::List(Call&, const ListRequest&, ListResponse&) {
  throw Unsupported("it cannot list records");
}

}  // namespace entrepot::sdk
