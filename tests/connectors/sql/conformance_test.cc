// The suite that every connector must pass, on a table with a serial key.
#include "plugins/conformance/conformance.h"

#include <sstream>

#include "database.h"

namespace entrepot::test {
namespace {

class SqlConformance : public BothTest {
 protected:
  int Judge(const Options& options, std::string* report) {
    conformance::Subject subject;
    subject.file = CONNECTOR_PATH;
    for (const auto& [name, value] : ConnectionOptions()) subject.options[name] = value;
    subject.datasets.push_back(Request(options).datasets(0));
    subject.sample_rows["clients"] = {{"name", "Client {number} ({revision})"}};
    std::ostringstream out;
    const int failures = conformance::RunConformance(subject, out);
    *report = out.str();
    return failures;
  }
  void MakeClients() {
    Run(postgres() ? "CREATE TABLE clients (id serial PRIMARY KEY, number text, name text, "
                     "revision int, changed_at timestamptz NOT NULL DEFAULT now())"
                   : "CREATE TABLE clients (id integer PRIMARY KEY, number text, name text, "
                     "revision int, changed_at text NOT NULL DEFAULT (datetime('now')))");
    for (int i = 0; i < 70; ++i) Run("INSERT INTO clients (name) VALUES ('Болт №1')");
  }
  Options Writing() const {
    return {
        {"insert",
         "INSERT INTO clients (number, name, revision) VALUES (:correlation_key, :name, "
         ":revision) RETURNING id"},
        {"update", "UPDATE clients SET name = :name, revision = :revision WHERE id = :outside_id"},
        {"find", "SELECT id, revision FROM clients WHERE number = :correlation_key"}};
  }
};

INSTANTIATE_TEST_SUITE_P(Driver, SqlConformance, testing::Values("postgresql", "sqlite"),
                         NameOfDriver);

TEST_P(SqlConformance, KeepsTheContractWithACursor) {
  MakeClients();
  Options options = Writing();
  options.emplace_back("query", "SELECT id, name, number, changed_at FROM clients");
  options.emplace_back("cursor", "changed_at");
  std::string report;
  EXPECT_EQ(Judge(options, &report), 0) << report;
  EXPECT_NE(report.find("0 skipped"), std::string::npos) << report;
}

TEST_P(SqlConformance, KeepsTheContractWithoutACursor) {
  MakeClients();
  std::string report;
  EXPECT_EQ(Judge({{"table", "clients"}}, &report), 0) << report;
}

}  // namespace
}  // namespace entrepot::test
