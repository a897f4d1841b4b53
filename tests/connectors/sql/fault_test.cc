// What can go wrong with a server and the way to it, and how soon a call comes back.
#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "database.h"

namespace entrepot::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kColumns = {"name", "credit"};
using Clock = std::chrono::steady_clock;

class SqlFault : public SqlTest {
 protected:
  void SetUp() override {
    SqlTest::SetUp();
    MakeNumbered();
  }
  // Of the connector's sessions of a purpose, those that pg_stat_activity shows.
  std::string Sessions(const std::string& purpose) {
    return Run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name LIKE 'entrepot " +
        purpose + " crm@%'");
  }
  void EndSessions() {
    Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        "current_database() AND application_name LIKE 'entrepot %'");
    for (int i = 0; i < 500 && Sessions("%") != "0"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  // Interrupts as soon as a session of the connector waits for a lock.
  std::thread InterruptOnceItWaits() {
    return std::thread([this] {
      const auto client = NewClient();
      while (client->Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                         "application_name LIKE 'entrepot %' AND datname = current_database()") ==
             "0") {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      interrupted_ = Clock::now();
      plugin_->Interrupt();
    });
  }
  Clock::time_point interrupted_;
};

TEST_F(SqlFault, AServerThatIsNotThereIsWaitedFor) {
  ASSERT_TRUE(Open(Numbered()).ok());
  Run("INSERT INTO clients (name) VALUES ('Anna')");
  EXPECT_EQ(Sync().size(), 3u);
  EXPECT_THAT(Apply(kColumns, {{"C-2", "", {"Boris", "1"}}}), ElementsAre("applied 2"));
  client_.reset();
  Server::Get().Do("stop");
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_UNAVAILABLE) << last_.message;
  EXPECT_THAT(Apply(kColumns, {{"C-3", "", {"Clara", "1"}}}), ElementsAre(StartsWith("not sent")));
  Server::Get().Do("start");
  client_ = NewClient();
  EXPECT_EQ(Sync(true).size(), 4u);
  EXPECT_THAT(Apply(kColumns, {{"C-3", "", {"Clara", "1"}}}), Each(StartsWith("applied ")));
}

TEST_F(SqlFault, AServerThatCrashesAndComesBackLosesNothingCommitted) {
  ASSERT_TRUE(Open(Numbered()).ok());
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}}), ElementsAre("applied 1"));
  client_.reset();
  Server::Get().Do("crash");
  Server::Get().Do("start");
  client_ = NewClient();
  EXPECT_THAT(Find({"C-1", "C-2"}), ElementsAre("1", ""));
}

TEST_F(SqlFault, SessionsThatAreCutBetweenCallsAreMadeAnew) {
  Run("INSERT INTO clients (name) VALUES ('Anna')");
  ASSERT_TRUE(Open(Numbered()).ok());
  Sync();
  Apply(kColumns, {{"C-1", "", {"Anna", "1"}}});
  EndSessions();
  EXPECT_EQ(Sync().size(), 4u);
  EXPECT_THAT(Apply(kColumns, {{"C-2", "", {"Boris", "1"}}}), Each(StartsWith("applied ")));
}

TEST_F(SqlFault, AReadingThatIsCutGoesOnWhereItWas) {
  for (int i = 0; i < 10; ++i) Run("INSERT INTO clients (name) VALUES ('Anna')");
  ASSERT_TRUE(Open(Numbered()).ok());
  connector::ReadRequest request;
  request.set_dataset("clients");
  request.set_rows_max(3);
  request.set_bytes_max(10000);
  connector::ReadResponse response;
  ASSERT_TRUE(plugin_->Read(request, &response).ok());
  cursor_ = response.next_cursor();
  EndSessions();
  const auto rest = Sync();
  EXPECT_EQ(rest.size(), 8u);
  EXPECT_THAT(rest.front(), StartsWith("4,"));
}

TEST_F(SqlFault, ATableThatIsLockedTimesOutAndNothingIsSent) {
  ASSERT_TRUE(Open(Numbered(), {{"lock_time_max", "200"}}).ok());
  const auto other = NewClient();
  other->Run("BEGIN");
  other->Run("LOCK TABLE clients");
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}}),
              ElementsAre(AllOf(StartsWith("not sent"), HasSubstr("lock timeout"))));
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_UNAVAILABLE);
  other->Run("ROLLBACK");
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}}), Each(StartsWith("applied ")));
}

TEST_F(SqlFault, AnInterruptEndsAWriteThatWaitsForALock) {
  ASSERT_TRUE(Open(Numbered()).ok());
  const auto other = NewClient();
  other->Run("BEGIN");
  other->Run("LOCK TABLE clients");
  std::thread interrupter = InterruptOnceItWaits();
  EXPECT_THAT(Apply(kColumns, {{"C-1", "", {"Anna", "1"}}}), ElementsAre(StartsWith("not sent")));
  EXPECT_LT(Clock::now() - interrupted_, std::chrono::seconds(1));
  interrupter.join();
  other->Run("ROLLBACK");
  bool settled = false;
  EXPECT_THAT(Find({"C-1"}, &settled), ElementsAre(""));
  EXPECT_TRUE(settled);
}

TEST_F(SqlFault, AnInterruptEndsAReadingThatWaits) {
  ASSERT_TRUE(Open({{"query", "SELECT id, pg_sleep(60)::text AS name FROM clients"}}).ok());
  Run("INSERT INTO clients (name) VALUES ('Anna')");
  std::thread interrupter([this] {
    const auto client = NewClient();
    while (client->Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
           "0") {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    interrupted_ = Clock::now();
    plugin_->Interrupt();
  });
  Sync();
  EXPECT_LT(Clock::now() - interrupted_, std::chrono::seconds(1));
  EXPECT_EQ(last_.status, ENTREPOT_INTERRUPTED);
  interrupter.join();
  for (int i = 0; i < 500 && Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = "
                                 "'PgSleep'") != "0";
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "0")
      << "the server works on for nobody";
}

TEST_F(SqlFault, AStatementBeyondItsTimeIsGivenUp) {
  ASSERT_TRUE(Open({{"query", "SELECT id, pg_sleep(60)::text AS name FROM clients"}},
                   {{"statement_time_max", "200"}})
                  .ok());
  Run("INSERT INTO clients (name) VALUES ('Anna')");
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_UNAVAILABLE);
  EXPECT_THAT(last_.message, HasSubstr("statement timeout"));
}

// A constraint that is looked at when the transaction is to commit, and takes its time.
TEST_F(SqlFault, AConnectionThatBreaksWithinACommitLeavesAnUnknownOutcome) {
  Run("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); "
      "RETURN NULL; END $$");
  Run("CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON clients DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION slow()");
  ASSERT_TRUE(Open(Numbered()).ok());
  std::thread cutter([this] {
    const auto client = NewClient();
    while (client->Run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                       "wait_event = 'PgSleep' AND datname = current_database()") == "0") {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_THAT(
      Apply(kColumns, {{"C-1", "", {"Anna", "1"}}, {"C-2", "", {"~", "1"}}}),
      ElementsAre(AllOf(StartsWith("unknown"), HasSubstr("commit")), StartsWith("refused")));
  cutter.join();
  bool settled = false;
  EXPECT_THAT(Find({"C-1"}, &settled), ElementsAre(""));
  EXPECT_TRUE(settled);
}

// What a killed hub has left at the server must not write after somebody has looked.
TEST_F(SqlFault, AFindEndsTheSessionsThatAnEarlierHubLeftBehind) {
  ASSERT_TRUE(Open(Numbered()).ok());
  const auto other = NewClient();
  other->Run("BEGIN");
  other->Run("LOCK TABLE clients IN EXCLUSIVE MODE");
  Plugin* const killed = plugin_.release();
  std::thread write([&] {
    connector::ApplyRequest request;
    request.set_dataset("clients");
    request.add_columns("name");
    request.add_columns("credit");
    connector::ApplyItem* const item = request.add_items();
    item->set_correlation_key("C-1");
    item->mutable_row()->add_cells("Anna");
    item->mutable_row()->add_cells("1");
    connector::ApplyResponse response;
    killed->Apply(request, &response);
    EXPECT_EQ(response.results(0).outcome(), connector::APPLY_OUTCOME_NOT_SENT);
  });
  while (Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
             "current_database()") == "0") {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_TRUE(Open(Numbered()).ok());
  bool settled = false;
  EXPECT_THAT(Find({"C-1"}, &settled), ElementsAre(""));
  EXPECT_TRUE(settled);
  other->Run("ROLLBACK");
  write.join();
  EXPECT_EQ(Run("SELECT count(*) FROM clients"), "0");
  delete killed;
}

TEST_F(SqlFault, AColumnThatIsDroppedIsNamedAndWaitedFor) {
  ASSERT_TRUE(Open(Numbered()).ok());
  Apply(kColumns, {{"C-1", "", {"Anna", "1"}}});
  Run("ALTER TABLE clients DROP COLUMN credit");
  EXPECT_THAT(Apply(kColumns, {{"C-2", "", {"Boris", "1"}}}),
              ElementsAre(AllOf(StartsWith("not sent"), HasSubstr("credit"))));
  Run("ALTER TABLE clients ADD COLUMN credit numeric");
  EXPECT_THAT(Apply(kColumns, {{"C-2", "", {"Boris", "1"}}}), Each(StartsWith("applied ")));
}

TEST_F(SqlFault, AMissingRightIsNamedByCheckAndByApply) {
  Run("DROP ROLE IF EXISTS reader");
  Run("CREATE ROLE reader LOGIN");
  Run("GRANT SELECT ON clients TO reader");
  ASSERT_TRUE(Open(Numbered(), {{"user", "reader"}}).ok());
  connector::CheckResponse response;
  const Outcome outcome = plugin_->Check(&response);
  EXPECT_EQ(outcome.status, ENTREPOT_DENIED);
  EXPECT_THAT(outcome.message, AllOf(HasSubstr("`insert`"), HasSubstr("clients")));
  EXPECT_THAT(Apply(kColumns, {{"C-2", "", {"Boris", "1"}}}),
              ElementsAre(AllOf(StartsWith("not sent"), HasSubstr("permission denied"))));
}

TEST_F(SqlFault, AWrongNameOrDatabaseIsNoMatterOfWaiting) {
  ASSERT_TRUE(Open(Numbered(), {{"user", "nobody_here"}}).ok());
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_DENIED) << last_.message;
  ASSERT_TRUE(Open(Numbered(), {{"database", "no_such"}}).ok());
  Sync();
  EXPECT_EQ(last_.status, ENTREPOT_BAD_CONFIGURATION) << last_.message;
}

TEST_F(SqlFault, ThePasswordIsNeverShown) {
  const Outcome outcome = Open(Numbered(), {{"url", "postgresql://hub:geheim42@localhost/crm"}});
  EXPECT_EQ(outcome.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(outcome.message, AllOf(HasSubstr("password"), Not(HasSubstr("geheim42"))));
  const Outcome garbled = Open(Numbered(), {{"url", "postgresql://hub:geheim42@[::1/crm"}});
  EXPECT_EQ(garbled.status, ENTREPOT_BAD_CONFIGURATION);
  EXPECT_THAT(garbled.message, Not(HasSubstr("geheim42")));
  ASSERT_TRUE(Open(Numbered(), {{"password", "geheim42"}, {"user", "nobody_here"}}).ok());
  Sync();
  EXPECT_THAT(last_.message, Not(HasSubstr("geheim42")));
}

TEST_F(SqlFault, NothingIsLeftAtTheServerAfterClose) {
  ASSERT_TRUE(Open(Numbered(), {{"listen", "changes"}}).ok());
  Sync();
  Apply(kColumns, {{"C-1", "", {"Anna", "1"}}});
  bool changed = false;
  plugin_->Wait(1, &changed);
  EXPECT_EQ(Sessions("%"), "3");
  ASSERT_TRUE(plugin_->Close().ok());
  for (int i = 0; i < 500 && Sessions("%") != "0"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(Sessions("%"), "0");
}

// Waiting for changes.
class SqlWait : public BothTest {
 protected:
  void SetUp() override {
    BothTest::SetUp();
    MakeNumbered();
    ASSERT_TRUE(
        Open(Numbered(), postgres() ? Options{{"listen", "clients_changed, other"}} : Options{})
            .ok());
    EXPECT_TRUE(Wait(60'000)) << "what came before is not known";
  }
  bool Wait(int64_t timeout_ms) {
    bool changed = false;
    last_ = plugin_->Wait(timeout_ms, &changed);
    return changed;
  }
  void Change(Client* client) {
    client->Run("INSERT INTO clients (name) VALUES ('Anna')");
    if (postgres()) client->Run("NOTIFY clients_changed");
  }
};

INSTANTIATE_TEST_SUITE_P(Driver, SqlWait, testing::Values("postgresql", "sqlite"), NameOfDriver);

TEST_P(SqlWait, AChangeEndsTheWaitingAndIsSeenOnce) {
  EXPECT_FALSE(Wait(1));
  Change(client_.get());
  EXPECT_TRUE(Wait(60'000));
  EXPECT_FALSE(Wait(1));
  std::thread program([this] { Change(NewClient().get()); });
  EXPECT_TRUE(Wait(60'000));
  program.join();
}

TEST_P(SqlWait, AnInterruptEndsTheWaiting) {
  std::atomic<bool> returned = false;
  std::thread hub([&] {
    while (!returned) {
      plugin_->Interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  EXPECT_FALSE(Wait(60'000));
  returned = true;
  hub.join();
}

TEST_F(SqlFault, WaitingSurvivesTheServersRestart) {
  ASSERT_TRUE(Open(Numbered(), {{"listen", "changes"}}).ok());
  bool changed = false;
  ASSERT_TRUE(plugin_->Wait(1, &changed).ok());
  client_.reset();
  Server::Get().Do("stop");
  EXPECT_EQ(plugin_->Wait(60'000, &changed).status, ENTREPOT_UNAVAILABLE);
  EXPECT_EQ(plugin_->Wait(60'000, &changed).status, ENTREPOT_UNAVAILABLE);
  Server::Get().Do("start");
  ASSERT_TRUE(plugin_->Wait(60'000, &changed).ok());
  EXPECT_TRUE(changed) << "what was notified meanwhile is lost";
}

// A file system of 256 KiB, where this process may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = Does("mount -t tmpfs -o size=256k,mode=0777 tmpfs " + folder_ + " 2>/dev/null");
  }
  ~SmallDisk() {
    if (mounted_) Does("umount " + folder_);
    std::filesystem::remove(folder_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  static bool Does(const std::string& command) { return std::system(command.c_str()) == 0; }
  const std::string folder_;
  bool mounted_ = false;
};

TEST_F(SqlFault, AFullDiskOfTheServersIsWaitedFor) {
  const std::string folder = Server::Get().folder() + "/small";
  const SmallDisk disk(folder);
  if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a file system";
  ASSERT_EQ(std::system(("chown postgres " + folder).c_str()), 0);
  Run("CREATE TABLESPACE small LOCATION '" + folder + "'");
  Run("ALTER TABLE clients SET TABLESPACE small");
  ASSERT_TRUE(Open(Numbered()).ok());
  std::vector<Item> items;
  for (int i = 0; i < 300; ++i) {
    items.push_back({"C-" + std::to_string(i), "", {std::string(1900, 'x'), "1"}});
  }
  EXPECT_THAT(Apply(kColumns, items), Each(AllOf(StartsWith("not sent"), HasSubstr("space"))));
  Run("ALTER TABLE clients SET TABLESPACE pg_default");
  EXPECT_THAT(Apply(kColumns, items), Each(StartsWith("applied")));
  Run("DROP TABLESPACE small");
}

TEST(SqlFullDisk, IsWaitedFor) {
  const std::string folder = testing::TempDir() + "/entrepot-full-disk";
  const SmallDisk disk(folder);
  if (!disk.mounted()) GTEST_SKIP() << "this process may not mount a file system";
  {
    SqliteClient client(folder + "/crm.db");
    client.Run(
        "CREATE TABLE clients (id integer PRIMARY KEY, number text, name text, credit text)");
    Plugin plugin(CONNECTOR_PATH);
    connector::OpenRequest request;
    request.set_contract(1);
    request.set_connection("crm");
    SetOption(request.mutable_options(), "driver", "sqlite");
    SetOption(request.mutable_options(), "file", folder + "/crm.db");
    connector::Dataset* const dataset = request.add_datasets();
    dataset->set_name("clients");
    dataset->add_key("id");
    SetOption(dataset->mutable_options(), "insert",
              "INSERT INTO clients (number, name) VALUES (:correlation_key, :name) RETURNING id");
    SetOption(dataset->mutable_options(), "update",
              "UPDATE clients SET name = :name WHERE id = :outside_id");
    ASSERT_TRUE(plugin.Open(request).ok());
    connector::ApplyRequest apply;
    apply.set_dataset("clients");
    apply.add_columns("name");
    connector::ApplyItem* const item = apply.add_items();
    item->set_correlation_key("C-1");
    item->mutable_row()->add_cells(std::string(400'000, 'x'));
    connector::ApplyResponse response;
    ASSERT_TRUE(plugin.Apply(apply, &response).ok());
    EXPECT_EQ(response.results(0).outcome(), connector::APPLY_OUTCOME_NOT_SENT);
    EXPECT_THAT(response.results(0).message(), HasSubstr("full"));
    item->mutable_row()->set_cells(0, "fits");
    ASSERT_TRUE(plugin.Apply(apply, &response).ok());
    EXPECT_EQ(response.results(0).outcome(), connector::APPLY_OUTCOME_APPLIED);
  }
}

}  // namespace
}  // namespace entrepot::test
