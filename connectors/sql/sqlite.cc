#include "sqlite.h"

#include <utility>

namespace entrepot::sql {
namespace {

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(SqliteOptions options) : options_(std::move(options)) {}

  std::unique_ptr<Session> Connect(const sdk::Call& call, Purpose purpose) const override {
    return std::make_unique<SqliteSession>(options_, purpose, call);
  }
  std::unique_ptr<Listener> Listen(const std::vector<std::string>&) const override {
    return nullptr;
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
