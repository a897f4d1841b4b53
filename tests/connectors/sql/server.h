// A private PostgreSQL server, and connections to it and to SQLite files that are not the
// connector's.
#pragma once

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <stdexcept>
#include <string>

namespace entrepot::test {

// A PostgreSQL server, from its first use to the end of the process.
class Server {
 public:
  static Server& Get() {
    static Server server;
    return server;
  }
  void Do(const std::string& verb) const {
    const std::string command =
        std::string(ENTREPOT_SOURCE_DIR) + "/tests/postgres.sh " + verb + " " + folder_;
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  const std::string& folder() const { return folder_; }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  Server() {
    // The socket's path has to be short, and the server's user has to reach it.
    std::string folder = "/tmp/entrepot-pg-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for a server");
    folder_ = folder;
    Do("start");
  }
  ~Server() {
    try {
      Do("destroy");
    } catch (...) {
      // The folder lies in /tmp.
    }
  }
  std::string folder_;
};

// A connection of the test's own to the same database.
class Client {
 public:
  virtual ~Client() = default;
  // The first cell of the first row; "" where there is none.
  virtual std::string Run(const std::string& sql) = 0;
};

class PostgresClient final : public Client {
 public:
  explicit PostgresClient(const std::string& database)
      : connection_(PQconnectdb(
            ("host=" + Server::Get().folder() + " user=hub dbname=" + database).c_str())) {
    PQsetNoticeReceiver(
        connection_, [](void*, const PGresult*) {}, nullptr);
  }
  ~PostgresClient() override { PQfinish(connection_); }
  PGconn* raw() const { return connection_; }
  std::string Run(const std::string& sql) override {
    PGresult* const result = PQexec(connection_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    std::string value;
    if (status == PGRES_TUPLES_OK && PQntuples(result) > 0) value = PQgetvalue(result, 0, 0);
    PQclear(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
    }
    return value;
  }

 private:
  PGconn* connection_;
};

class SqliteClient final : public Client {
 public:
  explicit SqliteClient(const std::string& file) {
    sqlite3_open(file.c_str(), &database_);
    sqlite3_busy_timeout(database_, 10000);
  }
  ~SqliteClient() override { sqlite3_close_v2(database_); }
  std::string Run(const std::string& sql) override {
    std::string value;
    const auto first = [](void* to, int, char** cells, char**) {
      auto& text = *static_cast<std::string*>(to);
      if (text.empty() && cells[0] != nullptr) text = cells[0];
      return 0;
    };
    if (sqlite3_exec(database_, sql.c_str(), first, &value, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
    }
    return value;
  }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace entrepot::test
