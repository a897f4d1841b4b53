// Reading: everything at first, then what has changed.
#include <gmock/gmock.h>

#include "database.h"

namespace entrepot::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SqlRead : public BothTest {
 protected:
  void MakeClients() {
    Run("CREATE TABLE clients (id integer PRIMARY KEY, name text, changed_at " +
        std::string(postgres() ? "timestamptz DEFAULT now()" : "text DEFAULT (datetime('now'))") +
        ")");
  }
  // A client that was changed so many seconds ago.
  void Insert(int id, const std::string& name, int age_s) {
    Run("INSERT INTO clients VALUES (" + std::to_string(id) + ", '" + name + "', " + Ago(age_s) +
        ")");
  }
  std::string Ago(int age_s) const {
    const std::string age = std::to_string(age_s);
    return postgres() ? "now() - interval '" + age + " s'"
                      : "datetime('now', '-" + age + " seconds')";
  }
  static constexpr char kQuery[] = "SELECT id, name FROM clients";
  static constexpr char kQueryWithTime[] = "SELECT id, name, changed_at FROM clients";
};

INSTANTIATE_TEST_SUITE_P(Driver, SqlRead, testing::Values("postgresql", "sqlite"), NameOfDriver);

// The first two cells.
std::vector<std::string> Short(std::vector<std::string> rows) {
  for (std::string& row : rows) {
    const size_t second = row.find(',', row.find(',') + 1);
    if (second != std::string::npos) row.resize(second);
  }
  return rows;
}

TEST_P(SqlRead, ReadsEverythingEachTimeWithoutACursor) {
  MakeClients();
  Insert(2, "Boris", 100);
  Insert(1, "Anna", 50);
  ASSERT_TRUE(Open({{"query", kQuery}}).ok());
  EXPECT_THAT(Sync(), ElementsAre("begin", "1,Anna", "2,Boris", "end"));
  Run("DELETE FROM clients WHERE id = 1");
  EXPECT_THAT(Sync(), ElementsAre("begin", "2,Boris", "end"));
}

TEST_P(SqlRead, ReadsATableWithoutAQuery) {
  Run("CREATE TABLE \"Price types\" (id integer PRIMARY KEY, \"Name\" text)");
  Run("INSERT INTO \"Price types\" VALUES (1, NULL)");
  ASSERT_TRUE(Open({{"table", "Price types"}}).ok());
  EXPECT_THAT(Sync(), ElementsAre("begin", "1,~", "end"));
}

TEST_P(SqlRead, ReadsWhatHasChangedSinceTheLastRun) {
  MakeClients();
  Insert(1, "Anna", 5000);
  Insert(2, "Boris", 4000);
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}}).ok());
  EXPECT_THAT(Short(Sync()), ElementsAre("begin", "1,Anna", "2,Boris", "end"));
  EXPECT_THAT(Short(Sync()), ElementsAre("2,Boris")) << "the last one, and what is as young as it";
  EXPECT_THAT(Sync(), IsEmpty());
  Run("UPDATE clients SET name = 'Anna P', changed_at = " + Ago(1000) + " WHERE id = 1");
  EXPECT_THAT(Short(Sync()), ElementsAre("1,Anna P"));
  EXPECT_THAT(Sync(), IsEmpty());
}

TEST_P(SqlRead, RowsOfOneMomentAreToldApartByTheirKey) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, name text, changed_at " +
      std::string(postgres() ? "timestamptz" : "text") + ")");
  for (int i = 1; i <= 7; ++i) {
    Run("INSERT INTO clients VALUES (" + std::to_string(i) + ", 'c', '2026-01-01 10:00:00')");
  }
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}}).ok());
  EXPECT_EQ(Sync(false, 2).size(), 9u);
  Sync();
  Run("INSERT INTO clients VALUES (8, 'c', '2026-01-01 10:00:00')");
  EXPECT_THAT(Short(Sync(false, 2)), ElementsAre("8,c"));
}

TEST_P(SqlRead, ATransactionThatCommitsLateIsNotMissed) {
  MakeClients();
  Insert(1, "Anna", 100);
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}, {"lag", "60000"}}).ok());
  Sync();
  Insert(3, "Clara", 0);
  EXPECT_THAT(Short(Sync()), testing::Contains("3,Clara"));
  // It set its time before Clara's and is seen only now.
  Insert(2, "Boris", 30);
  EXPECT_THAT(Short(Sync()), ElementsAre("2,Boris", "3,Clara")) << "Clara is young and comes again";
}

TEST_P(SqlRead, ANumberServesAsCursorToo) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, name text, version integer)");
  Run("INSERT INTO clients VALUES (1, 'a', 10), (2, 'b', 20)");
  ASSERT_TRUE(
      Open({{"query", "SELECT * FROM clients"}, {"cursor", "version"}, {"lag_numbers", "5"}}).ok());
  EXPECT_EQ(Sync().size(), 4u);
  EXPECT_THAT(Sync(), ElementsAre("2,b,20"));
  Run("INSERT INTO clients VALUES (3, 'c', 17), (4, 'd', 21)");
  EXPECT_THAT(Sync(), ElementsAre("3,c,17", "2,b,20", "4,d,21"));
}

TEST_P(SqlRead, DeletionsComeFromTheirTable) {
  MakeClients();
  Run("CREATE TABLE gone (id integer, gone_at " + std::string(postgres() ? "timestamptz" : "text") +
      ")");
  Insert(1, "Anna", 5000);
  Insert(2, "Boris", 4000);
  ASSERT_TRUE(Open({{"query", kQueryWithTime},
                    {"cursor", "changed_at"},
                    {"deletions", "SELECT id, gone_at FROM gone"},
                    {"deletions_cursor", "gone_at"},
                    {"lag", "0"}})
                  .ok());
  EXPECT_EQ(Sync().size(), 4u);
  Sync();
  Run("DELETE FROM clients WHERE id = 1");
  Run("INSERT INTO gone VALUES (1, " + Ago(0) + "), (2, " + Ago(0) + ")");
  EXPECT_THAT(Sync(), ElementsAre("-1,~,~")) << "2 is there, whatever the table says";
}

TEST_P(SqlRead, FullReadsEverythingAgain) {
  MakeClients();
  Insert(1, "Anna", 5000);
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}}).ok());
  Sync();
  Sync();
  EXPECT_THAT(Short(Sync(true)), ElementsAre("begin", "1,Anna", "end"));
}

TEST_P(SqlRead, WhatChangesDuringASnapshotComesAfterIt) {
  MakeClients();
  for (int i = 1; i <= 5; ++i) Insert(i, "c", 5000 + i);
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}}).ok());
  connector::ReadRequest request;
  request.set_dataset("clients");
  request.set_rows_max(2);
  request.set_bytes_max(1000);
  connector::ReadResponse response;
  ASSERT_TRUE(plugin_->Read(request, &response).ok());
  EXPECT_TRUE(response.snapshot_begin());
  Run("UPDATE clients SET name = 'new', changed_at = " + Ago(0) + " WHERE id = 5");
  cursor_ = response.next_cursor();
  EXPECT_THAT(Short(Sync()), ElementsAre("3,c", "4,c", "5,c", "end")) << "one moment for all";
  EXPECT_THAT(Short(Sync()), testing::Contains("5,new"));
}

TEST_P(SqlRead, NineteenDigitsSurvive) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, amount " +
      std::string(postgres() ? "numeric(38,9)" : "text") + ")");
  Run("INSERT INTO clients VALUES (1, '1234567890123456789.123456789')");
  ASSERT_TRUE(Open({{"query", "SELECT * FROM clients"}}).ok());
  EXPECT_THAT(Sync(), testing::Contains("1,1234567890123456789.123456789"));
  EXPECT_THAT(plugin_->warnings, IsEmpty());
}

TEST_P(SqlRead, AColumnThatRoundsIsNamedOnce) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, amount " +
      std::string(postgres() ? "double precision" : "real") + ")");
  Run("INSERT INTO clients VALUES (1, 0.1), (2, 1e15), (3, 12345678.123456)");
  ASSERT_TRUE(Open({{"query", "SELECT * FROM clients"}}).ok());
  EXPECT_THAT(Sync(), testing::IsSupersetOf({"1,0.1", "3,12345678.123456"}));
  Sync();
  ASSERT_EQ(plugin_->warnings.size(), 1u);
  EXPECT_THAT(plugin_->warnings[0], HasSubstr("'amount'"));
}

TEST_P(SqlRead, BytesAreRefusedWithTheWayOut) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, photo " +
      std::string(postgres() ? "bytea" : "blob") + ")");
  Run(std::string("INSERT INTO clients VALUES (1, ") + (postgres() ? "'\\x00ff'" : "x'00ff'") +
      ")");
  ASSERT_TRUE(Open({{"query", "SELECT * FROM clients"}}).ok());
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(last_.message, testing::AllOf(HasSubstr("photo"), HasSubstr("hex")));
}

TEST_P(SqlRead, AnUnknownColumnIsTheConfigurationsFault) {
  MakeClients();
  ASSERT_TRUE(Open({{"query", "SELECT id, nmae FROM clients"}}).ok());
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(last_.message, testing::AllOf(HasSubstr("dataset 'clients'"), HasSubstr("nmae")));
}

TEST_P(SqlRead, AColumnThatIsDroppedMeanwhileIsNamedAndOnceItIsBackReadingGoesOn) {
  MakeClients();
  Insert(1, "Anna", 5000);
  ASSERT_TRUE(Open({{"query", kQueryWithTime}, {"cursor", "changed_at"}}).ok());
  Sync();
  Run("ALTER TABLE clients RENAME COLUMN name TO title");
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(last_.message, HasSubstr("name"));
  Run("ALTER TABLE clients RENAME COLUMN title TO name");
  EXPECT_THAT(Short(Sync()), ElementsAre("1,Anna"));
}

TEST_P(SqlRead, ListsIdsAndDigests) {
  MakeClients();
  for (int i = 1; i <= 5; ++i) Insert(i, "same", 1000);
  ASSERT_TRUE(Open({{"query", "SELECT id, name FROM clients"}}).ok());
  connector::ListRequest request;
  request.set_dataset("clients");
  request.set_items_max(2);
  std::vector<std::string> ids, digests;
  do {
    connector::ListResponse response;
    ASSERT_TRUE(plugin_->List(request, &response).ok());
    for (const auto& item : response.items()) {
      ids.push_back(item.outside_id());
      digests.push_back(item.digest());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ElementsAre("1", "2", "3", "4", "5"));
  Run("UPDATE clients SET name = 'other' WHERE id = 1");
  connector::ListResponse response;
  ASSERT_TRUE(plugin_->List(request, &response).ok());
  EXPECT_NE(response.items(0).digest(), digests[0]);
  EXPECT_EQ(response.items(1).digest(), digests[1]);
}

TEST_P(SqlRead, CheckNamesWhatItLookedAt) {
  MakeClients();
  ASSERT_TRUE(
      Open({{"query", kQuery}, {"find", "SELECT id FROM clients WHERE id = :outside_id"}}).ok());
  connector::CheckResponse response;
  ASSERT_TRUE(plugin_->Check(&response).ok());
  ASSERT_EQ(response.findings_size(), 3);
  EXPECT_THAT(response.findings(0), HasSubstr(postgres() ? "PostgreSQL 15" : "SQLite 3"));
  EXPECT_THAT(response.findings(1), HasSubstr("`query` is understood"));
  ASSERT_TRUE(Open({{"query", "SELECT id FROM customers"}}).ok());
  const Outcome outcome = plugin_->Check(&response);
  EXPECT_EQ(outcome.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(outcome.message, testing::AllOf(HasSubstr("`query`"), HasSubstr("customers")));
}

TEST_P(SqlRead, DiscoverNamesTablesAndColumns) {
  MakeClients();
  ASSERT_TRUE(Open({{"query", kQuery}}).ok());
  connector::DiscoverResponse response;
  ASSERT_TRUE(plugin_->Discover(&response).ok());
  ASSERT_EQ(response.datasets_size(), 1);
  EXPECT_EQ(response.datasets(0).name(), "clients");
  EXPECT_THAT(response.datasets(0).columns(), ElementsAre("id", "name", "changed_at"));
}

// Of PostgreSQL alone.
TEST_F(SqlTest, MomentsComeAsIsoInUtc) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, at timestamptz, local timestamp, day date, "
      "ok boolean)");
  Run("SET TimeZone = 'Asia/Tokyo'");
  Run("INSERT INTO clients VALUES (1, '2026-11-25 02:28:03.5+03', '2026-11-25 02:28:03', "
      "'2026-11-25', true)");
  ASSERT_TRUE(Open({{"query", "SELECT * FROM clients"}}).ok());
  EXPECT_THAT(Sync(),
              testing::Contains("1,2026-11-24T23:28:03.5Z,2026-11-25T02:28:03,2026-11-25,true"));
}

TEST_F(SqlTest, ALocalTimeAsCursorIsOfTheCompanysZone) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, changed_at timestamp)");
  Run("INSERT INTO clients VALUES (1, now() AT TIME ZONE 'Europe/Moscow')");
  ASSERT_TRUE(Open({{"table", "clients"}, {"cursor", "changed_at"}, {"lag", "60000"}}).ok());
  Sync();
  Sync();
  // It was set before and is committed only now.
  Run("INSERT INTO clients VALUES (2, now() AT TIME ZONE 'Europe/Moscow' - interval '30 s')");
  EXPECT_EQ(Sync().size(), 2u);
}

TEST_F(SqlTest, MoneyIsRefusedWithTheWayOut) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, debt money)");
  Run("INSERT INTO clients VALUES (1, 12.5)");
  ASSERT_TRUE(Open({{"query", "SELECT * FROM clients"}}).ok());
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(last_.message, HasSubstr("debt::numeric"));
}

}  // namespace
}  // namespace entrepot::test
