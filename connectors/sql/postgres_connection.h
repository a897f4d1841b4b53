// One connection to PostgreSQL over libpq, never blocking: every wait looks at the call that it
// serves, so that a server or a network that is silent holds nobody. Used by one thread at a time.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver.h"

namespace entrepot::sql {

struct PostgresOptions {
  // libpq's connection parameters, without the password.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string password;
  std::string name;  // for people
  // "crm@hub-host": whose connections these are, in pg_stat_activity.
  std::string owner;
  std::chrono::milliseconds connect_max{10000};
  std::chrono::milliseconds statement_max{20000};
  std::chrono::milliseconds lock_max{10000};
  // For times that carry no zone.
  std::string time_zone;
};

// What pg_stat_activity shows of a connection: "entrepot write crm@hub-host".
std::string ApplicationName(const PostgresOptions& options, std::string_view purpose);

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

class PostgresConnection {
 public:
  // Connects. Throws SqlError; sdk::Interrupted as soon as the call is cancelled.
  PostgresConnection(const PostgresOptions& options, std::string_view purpose,
                     const sdk::Call& call);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  void Use(const sdk::Call* call) { call_ = call; }
  // Looks whether the server has hung up in the meantime. REQUIRES: nothing runs.
  bool usable();

  // Runs one statement, its parameters as text, and waits for its end. Throws SqlError: of kind
  // kLost where the connection broke after the statement was sent. When the call is cancelled, the
  // statement is cancelled at the server, the connection is given up, and it throws Interrupted.
  Result Run(const std::string& sql, const std::vector<Text>& parameters = {});
  // The same for a prepared statement.
  Result RunPrepared(const std::string& name, const std::vector<const char*>& parameters);
  Result Prepare(const std::string& name, const std::string& sql);
  // The types of a prepared statement's parameters.
  Result DescribePrepared(const std::string& name);

  // The process of the server that serves it.
  int server_process() const { return server_process_; }
  // For names of cursors.
  int NextNumber() { return ++last_number_; }
  PGconn* raw() const { return connection_; }
  const PostgresOptions& options() const { return options_; }

 private:
  void Connect(const std::string& application);
  void SetUp();
  Result Finish();
  void Flush();
  void WaitReadable(bool also_writable);
  [[noreturn]] void GiveUp();
  [[noreturn]] void Lose(const std::string& what);
  void CancelAtServer() noexcept;
  [[noreturn]] void ThrowFailed(const PGresult* result) const;
  std::string Complaint() const;

  const PostgresOptions& options_;
  const sdk::Call* call_;
  PGconn* connection_ = nullptr;
  bool broken_ = false;
  int server_process_ = 0;
  int last_number_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace entrepot::sql
