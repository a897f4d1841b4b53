#include "sqlite.h"

#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace entrepot::sql {
namespace {

// How often the file is looked at: a number in it grows with every commit of another connection.
constexpr std::chrono::milliseconds kLook(250);

class SqliteListener final : public Listener {
 public:
  explicit SqliteListener(const SqliteOptions& options) : options_(options) {}

  bool Wait(const sdk::Call& call, int64_t timeout_ms) override {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::milliseconds(timeout_ms);
    if (session_ == nullptr) {
      session_ = std::make_unique<SqliteSession>(options_, Purpose::kRead, call);
      version_ = session_->DataVersion();
      return true;  // what was committed before is not known
    }
    session_->Use(&call);
    while (true) {
      const int64_t version = session_->DataVersion();
      if (std::exchange(version_, version) != version) return true;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0) return false;
      call.Sleep(std::min(left, kLook));
    }
  }
  // The call's own cancellation ends the sleep.
  void Wake() override {}

 private:
  const SqliteOptions& options_;
  std::unique_ptr<SqliteSession> session_;
  int64_t version_ = 0;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(SqliteOptions options) : options_(std::move(options)) {}

  std::unique_ptr<Session> Connect(const sdk::Call& call, Purpose purpose) const override {
    return std::make_unique<SqliteSession>(options_, purpose, call);
  }
  std::unique_ptr<Listener> Listen(const std::vector<std::string>&) const override {
    return std::make_unique<SqliteListener>(options_);
  }
  std::string Name() const override { return "the SQLite file " + options_.file; }

 private:
  const SqliteOptions options_;
};

}  // namespace

std::unique_ptr<Database> MakeSqlite(SqliteOptions options) {
  return std::make_unique<SqliteDatabase>(std::move(options));
}

}  // namespace entrepot::sql
