// An outside system in memory and the connector to it: a real implementation of the port whose
// batches, faults, lost answers and hangs a test writes down.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/reason.h"
#include "core/base/retry_after.h"
#include "core/domain/kind.h"
#include "core/sync/ports.h"

namespace entrepot::sync {

// What the next Apply does with each of its records.
enum class Fate {
  kApply,
  kLoseAnswer,    // applied, and the call fails
  kLoseRequest,   // not applied, and the call fails
  kAnswerUnknown  // applied, and the answer says unknown
  ,
  kNotSent,
  kRefuse,
  kNotFound,
};

// Thread-safe. The outside: it survives the connector and the hub.
class FakeSystem {
 public:
  struct Held {
    uint64_t revision = 0;
    bool deleted = false;
    int writes = 0;  // how often it was created or changed
    std::string outside_id;
    connector::ApplyItem last;
  };

  connector::Manifest manifest;  // set before use
  bool tells_revisions = true;
  bool compares = false;  // Find says whether what is held is the same

  // As source: what each dataset gives, batch after batch. The cursor is the index of the next.
  std::map<std::string, std::vector<connector::ReadResponse>> batches;
  // Called before each Read, without the lock; an error is answered.
  std::function<absl::Status(const connector::ReadRequest&)> before_read;
  std::vector<connector::ReadRequest> reads;

  // As sink.
  std::deque<Fate> fates;            // of the next calls; kApply when empty
  std::map<std::string, Held> held;  // by correlation key
  std::vector<connector::ApplyRequest> applies;
  int finds = 0;
  bool find_fails = false;
  bool settled = false;     // Find says that nothing sent before can still take effect
  bool hides = false;       // what is held cannot be found yet
  std::string stumbles_on;  // Find makes a mistake when it is asked for this correlation key
  size_t applies_at_most = 1'000'000;         // of a call's records; the rest gets no answer
  std::optional<absl::Duration> retry_after;  // what a failed Apply asks for
  std::function<void()> after_apply;          // once the answer is on its way

  // As a source that waits: something has changed.
  void Change() {
    std::lock_guard lock(mutex);
    changes = true;
    changed.notify_all();
  }
  bool changes = false;
  int waits = 0;
  absl::Status wait_fails;

  // Blocks in Read or Apply, or in the named callback ("open", "check", "read", "apply", "find",
  // "close"), until Interrupt; a stubborn one until Release.
  bool blocks = false;
  std::string blocks_in;
  bool stubborn = false;
  void Release() {
    std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  // False: interrupted.
  bool Block(std::string_view callback, std::unique_lock<std::mutex>& lock) {
    const bool usual = callback == "read" || callback == "apply";
    if (!blocks || !(blocks_in.empty() ? usual : blocks_in == callback)) return true;
    blocked = true;
    interrupted = false;
    changed.notify_all();
    changed.wait(lock, [&] { return released || (interrupted && !stubborn); });
    blocked = false;
    return released;
  }
  void WaitUntilBlocked() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return blocked; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool blocked = false;
  bool interrupted = false;
  bool released = false;
};

class FakeConnector final : public Connector {
 public:
  explicit FakeConnector(std::shared_ptr<FakeSystem> system) : system_(std::move(system)) {}

  const connector::Manifest& manifest() const override { return system_->manifest; }
  ~FakeConnector() override {
    std::unique_lock lock(system_->mutex);
    system_->Block("close", lock);
  }
  absl::Status Check(connector::CheckResponse*) override {
    std::unique_lock lock(system_->mutex);
    return system_->Block("check", lock) ? absl::OkStatus() : absl::CancelledError("interrupted");
  }
  absl::Status Discover(connector::DiscoverResponse*) override { return absl::OkStatus(); }
  absl::Status List(const connector::ListRequest&, connector::ListResponse*) override {
    return absl::UnimplementedError("list");
  }

  absl::Status Read(const connector::ReadRequest& request,
                    connector::ReadResponse* response) override {
    if (system_->before_read) {
      if (absl::Status status = system_->before_read(request); !status.ok()) return status;
    }
    std::unique_lock lock(system_->mutex);
    if (!system_->Block("read", lock)) return absl::CancelledError("interrupted");
    system_->reads.push_back(request);
    const auto& batches = system_->batches[request.dataset()];
    const bool from_start = request.full() || request.cursor().empty();
    const size_t at = from_start ? 0 : std::stoul(request.cursor());
    if (at >= batches.size()) {
      response->set_next_cursor(std::to_string(at));
      response->set_end(true);
      return absl::OkStatus();
    }
    *response = batches[at];
    response->set_next_cursor(std::to_string(at + 1));
    response->set_end(at + 1 == batches.size());
    return absl::OkStatus();
  }

  absl::Status Wait(const connector::WaitRequest& request,
                    connector::WaitResponse* response) override {
    std::unique_lock lock(system_->mutex);
    ++system_->waits;
    system_->changed.notify_all();
    if (!system_->wait_fails.ok()) return system_->wait_fails;
    system_->interrupted = false;
    const auto timeout = std::chrono::seconds(request.timeout().seconds()) +
                         std::chrono::nanoseconds(request.timeout().nanos());
    system_->changed.wait_for(lock, timeout,
                              [&] { return system_->changes || system_->interrupted; });
    response->set_changed(std::exchange(system_->changes, false));
    if (!response->changed() && system_->interrupted) return absl::CancelledError("interrupted");
    return absl::OkStatus();
  }

  absl::Status Apply(const connector::ApplyRequest& request,
                     connector::ApplyResponse* response) override {
    std::unique_lock lock(system_->mutex);
    if (!system_->Block("apply", lock)) return absl::CancelledError("interrupted");
    system_->applies.push_back(request);
    Fate fate = Fate::kApply;
    if (!system_->fates.empty()) {
      fate = system_->fates.front();
      system_->fates.pop_front();
    }
    for (const connector::ApplyItem& item : request.items()) {
      if (response->results_size() == static_cast<int>(system_->applies_at_most)) break;
      connector::ApplyResult* result = response->add_results();
      if (fate == Fate::kApply || fate == Fate::kLoseAnswer || fate == Fate::kAnswerUnknown) {
        result->set_outside_id(Write(item));
      }
      result->set_outcome(OutcomeFor(fate));
      result->set_message(fate == Fate::kApply ? "" : "scripted");
    }
    if (fate == Fate::kLoseAnswer || fate == Fate::kLoseRequest) {
      response->Clear();
      absl::Status dead = absl::UnavailableError("the line went dead");
      if (system_->retry_after) SetRetryAfter(&dead, *system_->retry_after);
      return dead;
    }
    if (system_->after_apply) system_->after_apply();
    return absl::OkStatus();
  }

  absl::Status Find(const connector::FindRequest& request,
                    connector::FindResponse* response) override {
    std::unique_lock lock(system_->mutex);
    if (!system_->Block("find", lock)) return absl::CancelledError("interrupted");
    ++system_->finds;
    if (system_->find_fails) return absl::UnavailableError("the line is still dead");
    response->set_settled(system_->settled);
    for (const connector::FindItem& item : request.items()) {
      if (!system_->stumbles_on.empty() && item.correlation_key() == system_->stumbles_on) {
        return absl::InternalError("a mistake in find");
      }
      connector::FindResult* result = response->add_results();
      const auto found = system_->held.find(item.correlation_key());
      if (system_->hides || found == system_->held.end() || found->second.deleted) continue;
      result->set_found(true);
      result->set_outside_id(found->second.outside_id);
      if (system_->tells_revisions) result->set_revision(found->second.revision);
      if (system_->compares) result->set_content(ContentOf(found->second, item));
    }
    return absl::OkStatus();
  }

  void Interrupt() override {
    std::lock_guard lock(system_->mutex);
    system_->interrupted = true;
    system_->changed.notify_all();
  }

 private:
  static connector::Content ContentOf(const FakeSystem::Held& held,
                                      const connector::FindItem& item) {
    const auto& there = domain::BodyOf(held.last.record());
    const auto& asked = domain::BodyOf(item.record());
    const bool same = there.SerializeAsString() == asked.SerializeAsString();
    return same ? connector::CONTENT_SAME : connector::CONTENT_DIFFERENT;
  }

  std::string Write(const connector::ApplyItem& item) {
    FakeSystem::Held& held = system_->held[item.correlation_key()];
    if (held.outside_id.empty()) held.outside_id = "out-" + item.correlation_key();
    held.revision = item.record().revision();
    held.deleted = item.record().deleted();
    ++held.writes;
    held.last = item;
    return held.outside_id;
  }

  static connector::ApplyOutcome OutcomeFor(Fate fate) {
    switch (fate) {
      case Fate::kAnswerUnknown: return connector::APPLY_OUTCOME_UNKNOWN;
      case Fate::kNotSent: return connector::APPLY_OUTCOME_NOT_SENT;
      case Fate::kRefuse: return connector::APPLY_OUTCOME_REFUSED;
      case Fate::kNotFound: return connector::APPLY_OUTCOME_NOT_FOUND;
      default: return connector::APPLY_OUTCOME_APPLIED;
    }
  }

  std::shared_ptr<FakeSystem> system_;
};

// By connector id.
class FakeConnectors final : public Connectors {
 public:
  std::map<std::string, std::shared_ptr<FakeSystem>> systems;

  absl::StatusOr<connector::Manifest> Describe(const std::string& id) override {
    const auto found = systems.find(id);
    if (found == systems.end()) {
      return Failure(absl::StatusCode::kNotFound, "CONNECTOR_NOT_FOUND",
                     "there is no connector \"" + id + "\"");
    }
    return found->second->manifest;
  }

  absl::StatusOr<std::unique_ptr<Connector>> Open(const std::string& id,
                                                  const connector::OpenRequest&) override {
    const std::shared_ptr<FakeSystem>& system = systems.at(id);
    {
      std::unique_lock lock(system->mutex);
      if (!system->Block("open", lock)) return absl::CancelledError("interrupted");
    }
    return std::make_unique<FakeConnector>(system);
  }
};

}  // namespace entrepot::sync
