// Writing: many rows at a time, one bad row among them, and what is looked for before.
#include <gmock/gmock.h>

#include "database.h"

namespace entrepot::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kColumns = {"name", "credit"};

class SqlApply : public BothTest {
 protected:
  std::vector<Item> Many(int count) const {
    std::vector<Item> items;
    for (int i = 0; i < count; ++i) {
      const std::string number = "C-" + std::to_string(i);
      items.push_back({number, "", {"Client " + number, std::to_string(i) + ".5"}});
    }
    return items;
  }
};

INSTANTIATE_TEST_SUITE_P(Driver, SqlApply, testing::Values("postgresql", "sqlite"), NameOfDriver);

TEST_P(SqlApply, TheDatabaseGivesTheKeyOfANewRow) {
  MakeNumbered();
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1234567890123456789.123456789"}}}),
              ElementsAre("applied 1"));
  EXPECT_EQ(Run("SELECT number || ' ' || name || ' ' || credit FROM clients"),
            "C-1 Anna 1234567890123456789.123456789");
  EXPECT_THAT(Apply(kColumns, {{"C-1", "1", {"Anna P", "~"}}}), ElementsAre("applied 1"));
  EXPECT_EQ(Run("SELECT name || coalesce(credit, -1) FROM clients"), "Anna P-1");
}

TEST_P(SqlApply, AThousandRowsEachGetTheirOwnKey) {
  MakeNumbered();
  ASSERT_TRUE(Open(Numbered()).ok());
  std::vector<Item> items = Many(1000);
  std::reverse(items.begin(), items.end());
  const std::vector<std::string> results = Apply(kColumns, items);
  ASSERT_EQ(results.size(), 1000u);
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string id = results[i].substr(8);
    ASSERT_EQ(Run("SELECT number FROM clients WHERE id = " + id), items[i].correlation_key);
    items[i].outside_id = id;
    items[i].cells[0] = "changed " + id;
  }
  EXPECT_THAT(Apply(kColumns, items), Each(StartsWith("applied ")));
  EXPECT_EQ(Run("SELECT count(*) FROM clients WHERE name = 'changed ' || id"), "1000");
}

TEST_P(SqlApply, BadRowsAmongAThousandAreFoundAndLeftOut) {
  MakeNumbered();
  ASSERT_TRUE(Open(Numbered()).ok());
  std::vector<Item> items = Many(1000);
  items[17].cells[0] = "~";
  items[999].cells[0] = "~";
  const std::vector<std::string> results = Apply(kColumns, items);
  EXPECT_THAT(results[17], AllOf(StartsWith("refused: "), HasSubstr("name")));
  EXPECT_THAT(results[999], StartsWith("refused: "));
  EXPECT_EQ(std::count_if(results.begin(), results.end(),
                          [](const auto& r) { return r.starts_with("applied"); }),
            998);
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "998");
}

TEST_P(SqlApply, WhatIsThereAlreadyIsNotMadeAgain) {
  MakeNumbered();
  Run("INSERT INTO clients (id, number, name) VALUES (77, 'C-1', 'by hand')");
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}, {"C-2", "", {"Boris", "2"}}}),
              ElementsAre("applied 77", StartsWith("applied ")));
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "2");
  EXPECT_EQ(Run("SELECT name FROM clients WHERE id = 77"), "Anna");
}

TEST_P(SqlApply, ARowThatIsGoneIsNotFound) {
  MakeNumbered();
  Run("INSERT INTO clients (id, number, name) VALUES (1, 'C-1', 'Anna')");
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "1", {"Anna P", "1"}}, {"C-2", "2", {"Boris", "1"}}}),
              ElementsAre("applied 1", "not found"));
}

TEST_P(SqlApply, DeletedRecordsTakeTheirRowsAway) {
  MakeNumbered();
  Run("INSERT INTO clients (id, number, name) VALUES (1, 'C-1', 'Anna'), (2, 'C-2', 'Boris')");
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "1", {"Anna", "1"}, true},
                               {"C-2", "", {"Boris", "1"}, true},
                               {"C-3", "", {"nobody", "1"}, true},
                               {"C-4", "4", {"gone", "1"}, true}}),
              Each(StartsWith("applied")));
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "0");
}

TEST_P(SqlApply, WithoutADeleteADeletionIsRefused) {
  MakeNumbered();
  Options options = Numbered();
  options.erase(options.begin() + 3);
  ASSERT_TRUE(Open(options).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "1", {"Anna", "1"}, true}}),
              ElementsAre(HasSubstr("no `delete`")));
}

TEST_P(SqlApply, UpsertsByTheHubsOwnKey) {
  Run("CREATE TABLE clients (code text PRIMARY KEY, name text)");
  Options options = {{"upsert",
                      "INSERT INTO clients (code, name) VALUES (:code, :name) "
                      "ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name"}};
  connector::OpenRequest request = Request(options);
  request.mutable_datasets(0)->set_key(0, "code");
  plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
  ASSERT_TRUE(plugin_->Open(request).ok());
  const std::vector<std::string> columns = {"code", "name"};
  EXPECT_THAT(Apply(columns, {{"A", "", {"A", "1"}}, {"B", "", {"B", "2"}}}),
              ElementsAre("applied A", "applied B"));
  EXPECT_THAT(Apply(columns, {{"B", "B", {"B", "3"}}, {"C", "", {"C", "4"}}}),
              ElementsAre("applied B", "applied C"));
  EXPECT_EQ(Run("SELECT count(*) || max(name) FROM clients"), "34");
}

TEST_P(SqlApply, AKeyOfTwoColumnsIsJoinedAndTakenApart) {
  Run("CREATE TABLE clients (region text, no integer, name text, PRIMARY KEY (region, no))");
  connector::OpenRequest request =
      Request({{"insert", "INSERT INTO clients VALUES (:region, :no, :name) RETURNING region, no"},
               {"update", "UPDATE clients SET name = :name WHERE region = :region AND no = :no"}});
  request.mutable_datasets(0)->set_key(0, "region");
  request.mutable_datasets(0)->add_key("no");
  plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
  ASSERT_TRUE(plugin_->Open(request).ok());
  EXPECT_THAT(Apply({"region", "no", "name"},
                    {{"x", "", {"N/W", "1", "Anna"}}, {"y", "", {"S", "2", "Boris"}}}),
              ElementsAre("applied N\\/W/1", "applied S/2"));
  EXPECT_THAT(Apply({"name"}, {{"x", "N\\/W/1", {"Anna P"}}}), ElementsAre("applied N\\/W/1"));
  EXPECT_EQ(Run("SELECT name FROM clients WHERE no = 1"), "Anna P");
}

TEST_P(SqlApply, FindTellsTheRevisionWhereItIsKept) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, number text, revision integer)");
  Run("INSERT INTO clients VALUES (7, 'C-1', 12)");
  ASSERT_TRUE(
      Open({{"find", "SELECT id, revision FROM clients WHERE number = :correlation_key"}}).ok());
  connector::FindRequest request;
  request.set_dataset("clients");
  request.add_items()->set_correlation_key("C-0");
  request.add_items()->set_correlation_key("C-1");
  connector::FindResponse response;
  ASSERT_TRUE(plugin_->Find(request, &response).ok());
  EXPECT_FALSE(response.results(0).found());
  EXPECT_EQ(response.results(1).outside_id(), "7");
  EXPECT_EQ(response.results(1).revision(), 12u);
  EXPECT_TRUE(response.settled());
}

TEST_P(SqlApply, AParameterThatNobodyFillsIsNamed) {
  MakeNumbered();
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply({"name"}, {{"C-1", "", {"Anna"}}}),
              ElementsAre(AllOf(StartsWith("not sent"), HasSubstr(":credit"))));
}

TEST_P(SqlApply, AnInsertThatDoesNotSayItsKeyIsNamedBeforeItMakesARow) {
  MakeNumbered();
  ASSERT_TRUE(Open({{"insert", "INSERT INTO clients (name) VALUES (:name)"},
                    {"update", "UPDATE clients SET name = :name WHERE id = :outside_id"}})
                  .ok());
  EXPECT_THAT(Apply({"name"}, {{"C-1", "", {"Anna"}}}),
              ElementsAre(AllOf(StartsWith("not sent"), HasSubstr("RETURNING id"))));
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "0");
}

TEST_P(SqlApply, AColumnThatRoundsIsNamedOnce) {
  Run("CREATE TABLE clients (id integer PRIMARY KEY, name text, credit " +
      std::string(postgres() ? "double precision" : "numeric") + ")");
  ASSERT_TRUE(
      Open({{"insert", "INSERT INTO clients (id, name, credit) VALUES (:id, :name, :credit)"},
            {"update", "UPDATE clients SET credit = :credit WHERE id = :outside_id"}})
          .ok());
  for (const char* id : {"1", "2"}) {
    EXPECT_THAT(Apply({"id", "name", "credit"}, {{"C", "", {id, "Anna", "0.1"}}}),
                Each(StartsWith("applied")));
  }
  ASSERT_EQ(plugin_->warnings.size(), 1u);
  EXPECT_THAT(plugin_->warnings[0], HasSubstr(":credit"));
}

TEST_P(SqlApply, WordsOfTheConfigurationAreChecked) {
  const auto refuses = [&](const Options& options, const std::string& what) {
    const Outcome outcome = Open(options);
    EXPECT_EQ(outcome.status, ENTREPOT_BAD_CONFIGURATION);
    EXPECT_THAT(outcome.message, AllOf(HasSubstr("dataset 'clients'"), HasSubstr(what)));
  };
  refuses({{"update", "UPDATE clients SET name = 'x'"}, {"insert", "INSERT"}}, "no WHERE");
  refuses({{"insert", "INSERT INTO clients VALUES (1)"}}, "'update'");
  refuses({{"find", "DELETE FROM clients WHERE 1 = 1"}}, "'find'");
  refuses({{"query", "SELECT 'a FROM clients"}}, "no end");
  refuses({{"query", "SELECT 1; SELECT 2"}}, "more than one");
  refuses({{"query", "SELECT (1"}}, "parenthesis");
  refuses({{"query", "SELECT * FROM clients WHERE id > :cursor"}}, ":cursor");
  refuses({{"query", "SELECT 1"}, {"deletions", "SELECT 1"}}, "'deletions'");
}

// Of PostgreSQL alone.
class PostgresApply : public SqlTest {};

TEST_F(PostgresApply, RowsThatATriggerSwallowsAreNotTakenForOthers) {
  MakeNumbered();
  Run("CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF NEW.name = 'skip' THEN RETURN NULL; END IF; RETURN NEW; END $$");
  Run("CREATE TRIGGER skip BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION skip()");
  ASSERT_TRUE(Open(Numbered()).ok());
  const auto results =
      Apply(kColumns,
            {{"C-1", "", {"Anna", "1"}}, {"C-2", "", {"skip", "1"}}, {"C-3", "", {"Clara", "1"}}});
  EXPECT_EQ(results[0], "applied " + Run("SELECT id FROM clients WHERE number = 'C-1'"));
  EXPECT_THAT(results[1], StartsWith("refused: "));
  EXPECT_EQ(results[2], "applied " + Run("SELECT id FROM clients WHERE number = 'C-3'"));
}

TEST_F(PostgresApply, WhatATriggerRaisesRefusesItsRecord) {
  MakeNumbered();
  Run("CREATE FUNCTION bad() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF NEW.name = 'bad' THEN RAISE EXCEPTION 'no such client here'; END IF; RETURN NEW; END $$");
  Run("CREATE TRIGGER bad BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION bad()");
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}, {"C-2", "", {"bad", "1"}}}),
              ElementsAre(StartsWith("applied"), "refused: no such client here"));
}

TEST_F(PostgresApply, AConstraintOfTheCommitRefusesItsRecordOnly) {
  Run("CREATE TABLE groups (id int PRIMARY KEY)");
  Run("INSERT INTO groups VALUES (1)");
  Run("CREATE TABLE clients (id serial PRIMARY KEY, number text, "
      "grp int REFERENCES groups DEFERRABLE INITIALLY DEFERRED)");
  ASSERT_TRUE(Open({{"insert",
                     "INSERT INTO clients (number, grp) VALUES (:correlation_key, :grp) "
                     "RETURNING id"},
                    {"update", "UPDATE clients SET grp = :grp WHERE id = :outside_id"}})
                  .ok());
  const auto results =
      Apply({"grp"}, {{"a", "", {"1"}}, {"b", "", {"2"}}, {"c", "", {"1"}}, {"d", "", {"1"}}});
  EXPECT_THAT(results, ElementsAre(StartsWith("applied"), StartsWith("refused: "),
                                   StartsWith("applied"), StartsWith("applied")));
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "3");
}

TEST_F(PostgresApply, TypesOfTheTableAreKept) {
  Run("CREATE TYPE level AS ENUM ('low', 'high')");
  Run("CREATE TABLE clients (id serial PRIMARY KEY, number text, level level, since date, "
      "at timestamptz, ok boolean, tags text[], data jsonb, name varchar(5))");
  ASSERT_TRUE(Open({{"insert",
                     "INSERT INTO clients (number, level, since, at, ok, data, name) VALUES "
                     "(:correlation_key, :level, :since, :at, :ok, :data, upper(:name)) RETURNING "
                     "id"},
                    {"update", "UPDATE clients SET level = :level WHERE id = :outside_id"}})
                  .ok());
  EXPECT_THAT(
      Apply(
          {"level", "since", "at", "ok", "data", "name"},
          {{"a",
            "",
            {"low", "2026-01-31", "2026-01-31T10:00:00Z", "true", "{\"a\": \"b,\\\"c\"}", "anna"}},
           {"b", "", {"high", "~", "~", "~", "~", "boris"}},
           {"c", "", {"huge", "~", "~", "~", "~", "x"}},
           {"d", "", {"low", "31.01.2026", "~", "~", "~", "x"}}}),
      ElementsAre(StartsWith("applied"), StartsWith("applied"),
                  AllOf(StartsWith("refused"), HasSubstr("huge")),
                  AllOf(StartsWith("refused"), HasSubstr("31.01.2026"))));
  EXPECT_EQ(Run("SELECT concat(level, since, at, ok, data, name) FROM clients ORDER BY id LIMIT 1"),
            "low2026-01-312026-01-31 10:00:00+00t{\"a\": \"b,\\\"c\"}ANNA");
}

TEST_F(PostgresApply, StatementsOfOtherShapesRunRowByRow) {
  MakeNumbered();
  Options options = Numbered();
  options[1].second =
      "WITH made AS (INSERT INTO clients (number, name, credit) VALUES (:correlation_key, :name, "
      ":credit) RETURNING id) SELECT id FROM made";
  options[2].second =
      "UPDATE clients AS c SET name = :name, credit = o.credit + :credit FROM clients AS o "
      "WHERE c.id = :outside_id AND o.id = c.id RETURNING c.id";
  ASSERT_TRUE(Open(options).ok());
  const auto results = Apply(
      kColumns, {{"C-1", "", {"Anna", "1"}}, {"C-2", "", {"~", "1"}}, {"C-3", "", {"Clara", "3"}}});
  EXPECT_THAT(results,
              ElementsAre(StartsWith("applied"), StartsWith("refused"), StartsWith("applied")));
  const std::string first = results[0].substr(8), third = results[2].substr(8);
  EXPECT_THAT(Apply(kColumns, {{"C-1", first, {"Anna", "10"}}, {"C-3", third, {"Clara", "10"}}}),
              ElementsAre("applied " + first, "applied " + third));
  EXPECT_EQ(Run("SELECT sum(credit) FROM clients"), "24.000000000");
}

}  // namespace
}  // namespace entrepot::test
