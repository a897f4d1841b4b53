// Databases of a test's own, PostgreSQL on a private server and SQLite in a file, and the sql
// connector on them. A test runs on both unless it says otherwise.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/connectors/plugin.h"
#include "tests/connectors/sql/server.h"

namespace entrepot::test {

using Options = std::vector<std::pair<std::string, std::string>>;

// Without a parameter of its own: on PostgreSQL.
class SqlTest : public testing::Test {
 protected:
  void SetUp() override { Make("postgresql"); }
  void TearDown() override {
    plugin_.reset();
    client_.reset();
    if (driver_ == "sqlite") std::filesystem::remove_all(place_);
  }

  void Make(const std::string& driver) {
    driver_ = driver;
    if (driver == "sqlite") {
      std::string folder = testing::TempDir() + "/sqlite-XXXXXX";
      ASSERT_NE(mkdtemp(folder.data()), nullptr);
      place_ = folder;
      client_ = NewClient();
      client_->Run("PRAGMA journal_mode = WAL");
      return;
    }
    static int databases = 0;
    place_ = "test" + std::to_string(++databases);
    PostgresClient("postgres").Run("CREATE DATABASE " + place_);
    client_ = NewClient();
  }
  bool postgres() const { return driver_ == "postgresql"; }

  std::unique_ptr<Client> NewClient() const {
    if (!postgres()) return std::make_unique<SqliteClient>(place_ + "/crm.db");
    return std::make_unique<PostgresClient>(place_);
  }
  std::string Run(const std::string& sql) { return client_->Run(sql); }

  Options ConnectionOptions() const {
    if (!postgres()) return {{"driver", "sqlite"}, {"file", place_ + "/crm.db"}};
    return {{"driver", "postgresql"},
            {"host", Server::Get().folder()},
            {"user", "hub"},
            {"database", place_}};
  }

  connector::OpenRequest Request(const Options& dataset_options, const Options& options = {}) {
    connector::OpenRequest request;
    request.set_contract(1);
    request.set_connection("crm");
    request.set_time_zone("Europe/Moscow");
    for (const Options* all : {&options}) {
      for (const auto& [name, value] : *all) SetOption(request.mutable_options(), name, value);
    }
    for (const auto& [name, value] : ConnectionOptions()) {
      const bool given = std::any_of(options.begin(), options.end(),
                                     [&, &name = name](const auto& o) { return o.first == name; });
      if (!given) SetOption(request.mutable_options(), name, value);
    }
    connector::Dataset* const dataset = request.add_datasets();
    dataset->set_name("clients");
    dataset->set_kind("client");
    dataset->add_key("id");
    for (const auto& [name, value] : dataset_options) {
      SetOption(dataset->mutable_options(), name, value);
    }
    return request;
  }
  Outcome Open(const Options& dataset_options, const Options& options = {}) {
    plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
    cursor_.clear();
    return plugin_->Open(Request(dataset_options, options));
  }

  // One run, as the hub makes it. Rows as "a,b,c", absent cells as "~", deletions with a "-" before
  // them, and the marks "begin" and "end" of a snapshot.
  std::vector<std::string> Sync(bool full = false, uint32_t rows_max = 1000) {
    std::vector<std::string> seen;
    connector::ReadRequest request;
    request.set_dataset("clients");
    request.set_full(full);
    request.set_rows_max(rows_max);
    request.set_bytes_max(1 << 20);
    for (int i = 0; i < 10000; ++i) {
      request.set_cursor(cursor_);
      connector::ReadResponse response;
      last_ = plugin_->Read(request, &response);
      if (!last_.ok()) {
        seen.push_back("error " + last_.message);
        return seen;
      }
      Note(response, &seen);
      if (!response.next_cursor().empty()) cursor_ = response.next_cursor();
      request.set_full(false);
      if (response.end()) break;
    }
    return seen;
  }

  static void Note(const connector::ReadResponse& response, std::vector<std::string>* seen) {
    if (response.snapshot_begin()) seen->push_back("begin");
    for (const connector::Row& row : response.rows().rows()) {
      std::string text = row.deleted() ? "-" : "";
      for (int i = 0; i < row.cells_size(); ++i) {
        const bool absent =
            std::find(row.absent().begin(), row.absent().end(), i) != row.absent().end();
        text += (i ? "," : "") + (absent ? "~" : row.cells(i));
      }
      seen->push_back(text);
    }
    for (const connector::BadRow& row : response.bad_rows()) {
      seen->push_back(row.raw() + "! " + row.reason());
    }
    if (response.snapshot_end()) seen->push_back("end");
  }

  // A record on its way out. An absent cell is "~".
  struct Item {
    std::string correlation_key;
    std::string outside_id;
    std::vector<std::string> cells;
    bool deleted = false;
  };
  // "applied 7", "refused: why", … for each.
  std::vector<std::string> Apply(const std::vector<std::string>& columns,
                                 const std::vector<Item>& items) {
    connector::ApplyRequest request;
    request.set_dataset("clients");
    for (const std::string& column : columns) request.add_columns(column);
    for (const Item& item : items) {
      connector::ApplyItem* const added = request.add_items();
      added->set_correlation_key(item.correlation_key);
      added->set_outside_id(item.outside_id);
      added->mutable_record()->set_revision(1);
      added->mutable_record()->set_deleted(item.deleted);
      for (size_t i = 0; i < item.cells.size(); ++i) {
        added->mutable_row()->add_cells(item.cells[i] == "~" ? "" : item.cells[i]);
        if (item.cells[i] == "~") added->mutable_row()->add_absent(static_cast<uint32_t>(i));
      }
    }
    connector::ApplyResponse response;
    last_ = plugin_->Apply(request, &response);
    EXPECT_TRUE(last_.ok()) << last_.message;
    std::vector<std::string> results;
    for (const connector::ApplyResult& result : response.results()) {
      switch (result.outcome()) {
        case connector::APPLY_OUTCOME_APPLIED:
          results.push_back("applied " + result.outside_id());
          break;
        case connector::APPLY_OUTCOME_NOT_SENT:
          results.push_back("not sent: " + result.message());
          break;
        case connector::APPLY_OUTCOME_REFUSED:
          results.push_back("refused: " + result.message());
          break;
        case connector::APPLY_OUTCOME_NOT_FOUND: results.push_back("not found"); break;
        default: results.push_back("unknown: " + result.message());
      }
    }
    return results;
  }

  // The outside id of each, "" where it is not there.
  std::vector<std::string> Find(const std::vector<std::string>& keys, bool* settled = nullptr) {
    connector::FindRequest request;
    request.set_dataset("clients");
    for (const std::string& key : keys) request.add_items()->set_correlation_key(key);
    connector::FindResponse response;
    last_ = plugin_->Find(request, &response);
    EXPECT_TRUE(last_.ok()) << last_.message;
    if (settled != nullptr) *settled = response.settled();
    std::vector<std::string> ids;
    for (const connector::FindResult& result : response.results()) {
      ids.push_back(result.found() ? result.outside_id() : "");
    }
    return ids;
  }

  // Clients with a serial key, and a column for the hub's number without a unique constraint.
  void MakeNumbered() {
    Run(postgres()
            ? "CREATE TABLE clients (id serial PRIMARY KEY, number text, name text NOT NULL, "
              "credit numeric(38,9))"
            : "CREATE TABLE clients (id integer PRIMARY KEY, number text, name text NOT NULL, "
              "credit text)");
  }
  static Options Numbered() {
    return {{"table", "clients"},
            {"insert",
             "INSERT INTO clients (number, name, credit) VALUES (:correlation_key, :name, :credit) "
             "RETURNING id"},
            {"update", "UPDATE clients SET name = :name, credit = :credit WHERE id = :outside_id"},
            {"delete", "DELETE FROM clients WHERE id = :outside_id"},
            {"find", "SELECT id FROM clients WHERE number = :correlation_key"}};
  }

  std::string driver_;
  std::string place_;  // the database's name, or the file's folder
  std::unique_ptr<Client> client_;
  std::unique_ptr<Plugin> plugin_;
  std::string cursor_;
  Outcome last_;
};

// On both.
class BothTest : public SqlTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override { Make(GetParam()); }
};

inline std::string NameOfDriver(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace entrepot::test
