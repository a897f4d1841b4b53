// Rows per second out of and into PostgreSQL through the sql connector, beside a bare COPY of the
// same rows in the same run: COPY to a temporary table and one upsert, and COPY of the table's rows
// to the client. Every commit is durable.
//   sql_bench [rows] [rows a call] [runs]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/connectors/plugin.h"
#include "tests/connectors/sql/server.h"

namespace entrepot::test {
namespace {

constexpr char kTable[] =
    "(id serial PRIMARY KEY, number text UNIQUE, name text NOT NULL, city text, credit "
    "numeric(20,4), changed_at timestamptz NOT NULL DEFAULT now())";

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string Number(size_t i) { return "C-" + std::to_string(i * 7919 % 10'000'019); }
std::string Name(size_t i, int round) {
  return "Trading company No. " + std::to_string(i) + " of " + std::to_string(round);
}
std::string Credit(size_t i) { return std::to_string(i * 31 % 1'000'003) + ".5"; }

class Bench {
 public:
  Bench(size_t rows, size_t rows_a_call) : rows_(rows), rows_a_call_(rows_a_call) {
    Client().Run("ALTER SYSTEM SET fsync = on");
    Client().Run("SELECT pg_reload_conf()");
  }

  void Run() {
    NewTables();
    Note("first load", Seconds([&] { Apply(1); }), Seconds([&] { CopyAndUpsert(1); }));
    Note("every row changed", Seconds([&] { Apply(2); }), Seconds([&] { CopyAndUpsert(2); }));
    Note("read out", Seconds([&] { Read(); }), Seconds([&] { CopyOut(); }));
    Check();
  }

  // Medians, and their ratio.
  void Report() {
    std::printf("%-20s %14s %14s %7s\n", "rows/s", "connector", "bare COPY", "ratio");
    for (auto& [what, times] : times_) {
      std::vector<double> ours, bare, ratios;
      for (const auto& [a, b] : times) {
        ours.push_back(static_cast<double>(rows_) / a);
        bare.push_back(static_cast<double>(rows_) / b);
        ratios.push_back(b / a);
      }
      std::printf("%-20s %14.0f %14.0f %7.2f\n", what.c_str(), Median(ours), Median(bare),
                  Median(ratios));
    }
  }

 private:
  static PostgresClient& Client() {
    static PostgresClient client("postgres");
    return client;
  }

  static double Median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }

  void Note(const std::string& what, double ours, double bare) {
    times_[what].emplace_back(ours, bare);
    Client().Run("CHECKPOINT");
  }

  void NewTables() {
    Client().Run("DROP TABLE IF EXISTS clients, bare");
    Client().Run(std::string("CREATE TABLE clients ") + kTable);
    Client().Run(std::string("CREATE TABLE bare ") + kTable);
    ids_.assign(rows_, "");
    plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
    connector::OpenRequest request;
    request.set_contract(1);
    request.set_connection("bench");
    for (const auto& [name, value] :
         std::map<std::string, std::string>{{"driver", "postgresql"},
                                            {"host", Server::Get().folder()},
                                            {"user", "hub"},
                                            {"database", "postgres"}}) {
      SetOption(request.mutable_options(), name, value);
    }
    connector::Dataset* const dataset = request.add_datasets();
    dataset->set_name("clients");
    dataset->add_key("id");
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"table", "clients"},
             {"insert",
              "INSERT INTO clients (number, name, city, credit) VALUES (:correlation_key, :name, "
              ":city, :credit) RETURNING id"},
             {"update",
              "UPDATE clients SET name = :name, city = :city, credit = :credit, changed_at = now() "
              "WHERE id = :outside_id"},
             {"find", "SELECT id FROM clients WHERE number = :correlation_key"}}) {
      SetOption(dataset->mutable_options(), name, value);
    }
    if (!plugin_->Open(request).ok()) throw std::runtime_error("the connector does not open");
  }

  void Apply(int round) {
    for (size_t begin = 0; begin < rows_; begin += rows_a_call_) {
      connector::ApplyRequest request;
      request.set_dataset("clients");
      for (const char* column : {"name", "city", "credit"}) request.add_columns(column);
      const size_t end = std::min(rows_, begin + rows_a_call_);
      for (size_t i = begin; i < end; ++i) {
        connector::ApplyItem* const item = request.add_items();
        item->set_correlation_key(Number(i));
        item->set_outside_id(ids_[i]);
        item->mutable_record()->set_revision(1);
        item->mutable_row()->add_cells(Name(i, round));
        item->mutable_row()->add_cells("Bratislava");
        item->mutable_row()->add_cells(Credit(i));
      }
      connector::ApplyResponse response;
      if (!plugin_->Apply(request, &response).ok()) throw std::runtime_error("apply fails");
      for (size_t i = begin; i < end; ++i) {
        const connector::ApplyResult& result = response.results(static_cast<int>(i - begin));
        if (result.outcome() != connector::APPLY_OUTCOME_APPLIED) {
          throw std::runtime_error(result.message());
        }
        ids_[i] = result.outside_id();
      }
    }
  }

  void CopyAndUpsert(int round) {
    PGconn* const raw = Client().raw();
    Client().Run("BEGIN");
    Client().Run(
        "CREATE TEMPORARY TABLE stage (number text, name text, city text, credit "
        "numeric(20,4)) ON COMMIT DROP");
    PQclear(PQexec(raw, "COPY stage FROM STDIN"));
    std::string buffer;
    for (size_t i = 0; i < rows_; ++i) {
      buffer += Number(i) + "\t" + Name(i, round) + "\tBratislava\t" + Credit(i) + "\n";
      if (buffer.size() > 65536 || i + 1 == rows_) {
        PQputCopyData(raw, buffer.data(), static_cast<int>(buffer.size()));
        buffer.clear();
      }
    }
    PQputCopyEnd(raw, nullptr);
    while (PGresult* const result = PQgetResult(raw)) PQclear(result);
    Client().Run(
        "INSERT INTO bare (number, name, city, credit) SELECT * FROM stage ON CONFLICT "
        "(number) DO UPDATE SET name = EXCLUDED.name, city = EXCLUDED.city, credit = "
        "EXCLUDED.credit, changed_at = now()");
    Client().Run("COMMIT");
  }

  void Read() {
    connector::ReadRequest request;
    request.set_dataset("clients");
    request.set_full(true);
    request.set_rows_max(static_cast<uint32_t>(rows_a_call_));
    request.set_bytes_max(16 << 20);
    connector::ReadResponse response;
    size_t rows = 0;
    do {
      if (!plugin_->Read(request, &response).ok()) throw std::runtime_error("read fails");
      rows += static_cast<size_t>(response.rows().rows_size());
      request.set_cursor(response.next_cursor());
      request.set_full(false);
    } while (!response.end());
    if (rows != rows_) throw std::runtime_error("rows are missing");
  }

  void CopyOut() {
    PGconn* const raw = Client().raw();
    PQclear(PQexec(raw, "COPY (SELECT * FROM bare ORDER BY id) TO STDOUT"));
    char* line = nullptr;
    while (PQgetCopyData(raw, &line, 0) > 0) PQfreemem(line);
    while (PGresult* const result = PQgetResult(raw)) PQclear(result);
  }

  // Both have written the same.
  void Check() {
    const std::string sum =
        "SELECT md5(string_agg(number || name || credit, ',' ORDER BY number)) FROM ";
    if (Client().Run(sum + "clients") != Client().Run(sum + "bare")) {
      throw std::runtime_error("the tables differ");
    }
  }

  const size_t rows_;
  const size_t rows_a_call_;
  std::unique_ptr<Plugin> plugin_;
  std::vector<std::string> ids_;
  std::map<std::string, std::vector<std::pair<double, double>>> times_;
};

}  // namespace
}  // namespace entrepot::test

int main(int argc, char** argv) {
  const auto argument = [&](int at, size_t usual) {
    return argc > at ? static_cast<size_t>(std::stoul(argv[at])) : usual;
  };
  entrepot::test::Bench bench(argument(1, 100'000), argument(2, 1000));
  for (size_t run = 0; run < argument(3, 3); ++run) bench.Run();
  bench.Report();
  return 0;
}
