// A Session on an SQLite file.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "driver.h"

namespace entrepot::sql {

struct SqliteOptions {
  std::string file;
  // How long a statement waits for another program's transaction.
  int64_t lock_max_ms = 10000;
  int64_t statement_max_ms = 20000;
};

class SqliteSession final : public Session {
 public:
  // Opens the file, which must exist. Throws SqlError.
  SqliteSession(const SqliteOptions& options, Purpose purpose, const sdk::Call& call);
  ~SqliteSession() override;

  void Use(const sdk::Call* call) override { call_ = call; }
  const sdk::Call& call() const override { return *call_; }
  bool usable() override { return true; }
  bool Answers() override { return true; }
  void Begin(Mode mode) override;
  void Commit() override;
  void Rollback() noexcept override;
  char mark() const override { return '?'; }
  std::unique_ptr<Rows> Query(const std::string& sql, const std::vector<Text>& parameters) override;
  // In any other journal mode a reader that stays is in the writers' way.
  bool keeps_queries() const override { return write_ahead_log_; }
  RowResults RunForAll(const Statement& statement, const ParameterTable& parameters) override;
  std::vector<std::string> RoundedParameters(const Statement& statement) override;
  void Explain(const Statement& statement) override;
  OwnText Floor(const Column& column, const OwnText& example, int64_t lag_ms) override;
  bool Before(const Column& column, const std::string& a, const std::string& b) override;
  // What a session has not committed when its program ends never was.
  bool ProveAlone() override { return true; }
  std::string Version() override;
  // Another number after every commit of another connection.
  int64_t DataVersion();
  std::vector<Table> Tables(size_t tables_max) override;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalizer>;
  friend class SqliteRows;

  Prepared Prepare(const std::string& sql);
  void Run(const char* sql);
  bool Step(sqlite3_stmt* statement);
  void Limit();
  [[noreturn]] void Throw(int code);
  static int Progress(void* self);
  static int Busy(void* self, int tries);

  const SqliteOptions& options_;
  const sdk::Call* call_;
  sqlite3* database_ = nullptr;
  bool write_ahead_log_ = false;
  bool in_transaction_ = false;
  int64_t statement_ends_ms_ = 0;  // monotonic
  bool too_long_ = false;
};

}  // namespace entrepot::sql
