#include "postgres.h"

#include <entrepot/sdk/connector.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "postgres_session.h"

namespace entrepot::sql {
namespace {

class PostgresListener final : public Listener {
 public:
  PostgresListener(const PostgresOptions& options, std::vector<std::string> channels)
      : options_(options),
        channels_(std::move(channels)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_ < 0) throw sdk::Internal(std::string("no eventfd: ") + strerror(errno));
  }
  ~PostgresListener() override { close(wake_); }

  bool Wait(const sdk::Call& call, int64_t timeout_ms) override {
    if (connection_ == nullptr || !connection_->usable()) {
      Connect(call);
      return true;  // what was notified before is not known
    }
    connection_->Use(&call);
    const auto end = Clock::now() + std::chrono::milliseconds(timeout_ms);
    while (true) {
      if (TakeNotifications()) return true;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      pollfd ready[] = {{PQsocket(connection_->raw()), POLLIN, 0}, {wake_, POLLIN, 0}};
      const int count = poll(ready, 2, left > 0 ? static_cast<int>(left) : 0);
      if (count > 0 && ready[1].revents != 0) {
        uint64_t calls = 0;
        (void)!read(wake_, &calls, sizeof(calls));
        call.ThrowIfCancelled();
        return false;
      }
      if (count > 0 && PQconsumeInput(connection_->raw()) == 0) {
        connection_.reset();
        throw SqlError(Trouble::kUnavailable, "the connection to " + options_.name +
                                                  " that waits for notifications broke");
      }
      if (left <= 0) return TakeNotifications();
    }
  }

  void Wake() override {
    const uint64_t one = 1;
    (void)!write(wake_, &one, sizeof(one));
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Connect(const sdk::Call& call) {
    connection_.reset();
    auto connection = std::make_unique<PostgresConnection>(options_, "listen", call);
    for (const std::string& channel : channels_) connection->Run("LISTEN " + QuotedName(channel));
    connection_ = std::move(connection);
  }

  bool TakeNotifications() {
    bool any = false;
    while (PGnotify* const notify = PQnotifies(connection_->raw())) {
      any = true;
      PQfreemem(notify);
    }
    return any;
  }

  const PostgresOptions& options_;
  const std::vector<std::string> channels_;
  const int wake_;
  std::unique_ptr<PostgresConnection> connection_;
};

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options) : options_(std::move(options)) {}

  std::unique_ptr<Session> Connect(const sdk::Call& call, Purpose purpose) const override {
    return std::make_unique<PostgresSession>(options_, purpose, call);
  }
  std::unique_ptr<Listener> Listen(const std::vector<std::string>& channels) const override {
    if (channels.empty()) return nullptr;
    return std::make_unique<PostgresListener>(options_, channels);
  }
  std::string Name() const override { return options_.name; }

 private:
  const PostgresOptions options_;
};

}  // namespace

std::unique_ptr<Database> MakePostgres(PostgresOptions options) {
  return std::make_unique<PostgresDatabase>(std::move(options));
}

}  // namespace entrepot::sql
