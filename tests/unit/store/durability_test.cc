// What is left after kill -9, on a full disk, beside a second hub, and of other versions' files.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <future>
#include <random>

#include "core/store/database.h"
#include "core/store/migrations.h"
#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

using testing::HasSubstr;

class Durability : public StoreTest {
 protected:
  std::filesystem::path File() const { return folder_ / "data" / "entrepot.db"; }

  // Runs `body` in a child process; its result is the child's exit status.
  static pid_t Fork(const std::function<int()>& body) {
    const pid_t pid = fork();
    if (pid == 0) _exit(body());
    return pid;
  }
  static int Join(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }

  mode_t ModeOf(const std::filesystem::path& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }
};

// The child tells each number through a pipe once its write has been answered.
int WriteUntilKilled(const StoreOptions& options, int pipe) {
  auto store = Store::Open(options);
  if (!store.ok() || !(*store)->Start().ok()) return 1;
  uint64_t start = 0;
  const absl::Status counted = (*store)->Write([&](Transaction& transaction) {
    start = *transaction.Count(kClient);
    return absl::OkStatus();
  });
  if (!counted.ok()) return 1;
  for (uint64_t i = start;; ++i) {
    const auto work = [&](Transaction& transaction) -> absl::Status {
      const v1::Client client = ClientNamed("C-" + std::to_string(i), "x");
      auto put = transaction.Put({.kind = kClient, .body = &client, .origin = "api:test"});
      if (!put.ok()) return put.status();
      for (uint64_t row = 0; row < i % 90; ++row) {
        const v1::StockLevel level = StockOf(1 + row, 1, static_cast<int64_t>(i));
        put = transaction.Put({.kind = kStockLevel, .body = &level, .origin = "api:test"});
        if (!put.ok()) return put.status();
      }
      return transaction.SetCursor("sink:x", std::to_string(i));
    };
    const absl::Status status = i % 2 == 0 ? (*store)->Write(work) : (*store)->WriteBulk(work);
    if (!status.ok() || write(pipe, &i, sizeof(i)) != sizeof(i)) return 1;
  }
}

TEST_F(Durability, NothingAcknowledgedIsLostByAKill) {
  store_.reset();
  std::mt19937 random(7);
  uint64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = Fork([&] { return WriteUntilKilled(Options(), pipes[1]); });
    close(pipes[1]);
    // Some answers, and then somewhere inside what follows.
    const uint64_t enough = 1 + random() % 60;
    uint64_t number = 0;
    for (uint64_t i = 0; i < enough; ++i) {
      ASSERT_EQ(read(pipes[0], &number, sizeof(number)), ssize_t{sizeof(number)});
    }
    usleep(random() % 3000);
    kill(child, SIGKILL);
    Join(child);
    while (read(pipes[0], &number, sizeof(number)) > 0) {
    }
    close(pipes[0]);
    acknowledged = number + 1;

    Open();
    const Snapshot snapshot = Read();
    const uint64_t clients = *snapshot->Count(kClient);
    EXPECT_GE(clients, acknowledged);
    EXPECT_LE(clients, acknowledged + 1);  // committed, and killed before the answer
    EXPECT_EQ(*snapshot->Cursor("sink:x"), std::to_string(clients - 1));
    EXPECT_EQ(snapshot->List(kClient, {.limit = 100'000})->size(), clients);
    // The log has every entry, and the records are what the log says.
    uint64_t after = 0;
    for (;;) {
      const auto entries = snapshot->ReadLog(after, 1000);
      ASSERT_TRUE(entries.ok()) << entries.status();
      if (entries->empty()) break;
      for (const LogEntry& entry : *entries) ASSERT_EQ(entry.seq, ++after);
    }
    EXPECT_EQ(after, store_->log_head());
    const auto levels = snapshot->List(kStockLevel, {.limit = 1000});
    for (const v1::Record& record : *levels) {
      const auto history = snapshot->History(record.id(), 100'000);
      ASSERT_EQ(history->size(), record.revision());
      ASSERT_EQ(history->front().body, record.stock_level().SerializeAsString());
    }
    store_.reset();
  }
}

TEST_F(Durability, ASecondHubIsRefusedAndToldWhoHasIt) {
  const auto second = Store::Open(Options());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(second.status()), "STORE_IN_USE");
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(getpid())));
  EXPECT_TRUE(Put(ClientNamed("C-1", "one")).ok());
}

TEST_F(Durability, NobodyElseCanReadTheFolder) {
  ASSERT_TRUE(Put(ClientNamed("C-1", "one")).ok());
  EXPECT_EQ(ModeOf(folder_ / "data"), mode_t{0700});
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "data")) {
    EXPECT_EQ(ModeOf(entry.path()), mode_t{0600}) << entry.path();
  }
}

TEST_F(Durability, AFileThatIsNoDatabaseIsRefused) {
  store_.reset();
  std::filesystem::remove(File().string() + "-wal");
  std::ofstream(File(), std::ios::trunc) << std::string(8192, 'x');
  const auto opened = Store::Open(Options());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(opened.status()), "STORE_CORRUPT");
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr(File().string()));
}

TEST_F(Durability, ADamagedRowIsAnErrorAndNotARecord) {
  const uint64_t id = Put(StockOf(1, 1, 1))->id;
  store_->Stop();
  auto other = Connection::Open(File(), Connection::Mode::kReadWrite, 1000);
  ASSERT_TRUE((*other)->Execute("UPDATE change SET entries = x'0003ff'").ok());
  for (const absl::Status& status :
       {Read()->Get(id).status(), Read()->History(id, 1).status(), Read()->ReadLog(0, 1).status(),
        Read()->List(kStockLevel, {}).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT");
  }
  ASSERT_TRUE((*other)->Execute("DELETE FROM change").ok());
  other->reset();
  EXPECT_EQ(ReasonOf(Read()->Get(id).status()), "STORE_CORRUPT");
}

TEST_F(Durability, AnotherProgramsDatabaseIsRefused) {
  store_.reset();
  std::filesystem::remove_all(folder_ / "data");
  std::filesystem::create_directory(folder_ / "data");
  std::ofstream(File()).flush();
  auto other = Connection::Open(File(), Connection::Mode::kReadWrite, 1000);
  ASSERT_TRUE((*other)->Execute("CREATE TABLE theirs (x INTEGER)").ok());
  other->reset();
  const auto opened = Store::Open(Options());
  EXPECT_EQ(ReasonOf(opened.status()), "NOT_A_STORE");
}

TEST_F(Durability, AStoreOfALaterReleaseIsRefused) {
  store_.reset();
  auto later = Connection::Open(File(), Connection::Mode::kReadWrite, 1000);
  ASSERT_TRUE((*later)->Execute("PRAGMA user_version = 999").ok());
  later->reset();
  const auto opened = Store::Open(Options());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(opened.status()), "STORE_TOO_NEW");
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("999"));
}

TEST_F(Durability, AFolderThatCannotBeMadeIsNamed) {
  StoreOptions options = Options();
  options.folder = "/proc/entrepot/data";
  const auto opened = Store::Open(options);
  EXPECT_EQ(ReasonOf(opened.status()), "STORE_IO");
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("/proc/entrepot"));
}

TEST_F(Durability, MigrationsAreOneTransactionEach) {
  const std::filesystem::path file = folder_ / "migrated.db";
  std::ofstream(file).flush();
  auto opened = Connection::Open(file, Connection::Mode::kReadWrite, 1000);
  Connection& db = **opened;
  const Migration good[] = {{"0001_a", "CREATE TABLE a (x INTEGER) STRICT"},
                            {"0002_b", "CREATE TABLE b (x INTEGER) STRICT;"}};
  const Migration bad[] = {good[0], {"0002_b", "CREATE TABLE b (x INTEGER) STRICT; nonsense"}};
  EXPECT_FALSE(Migrate(db, bad).ok());
  EXPECT_TRUE(db.Execute("INSERT INTO a VALUES (1)").ok());
  EXPECT_FALSE(db.Execute("INSERT INTO b VALUES (1)").ok());
  const absl::Status again = Migrate(db, good);  // goes on where it stopped
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_TRUE(db.Execute("INSERT INTO b VALUES (1)").ok());
  EXPECT_TRUE(Migrate(db, good).ok());
}

// Fills the store until a write fails; then what was acknowledged is there, the rest is not, and
// after `relief` writes go on. Returns 0, or the number of the step that went wrong.
int FillUntilItFails(const StoreOptions& options, const std::string& reason,
                     const std::function<void()>& relief) {
  auto opened = Store::Open(options);
  if (!opened.ok() || !(*opened)->Start().ok()) return 1;
  Store& store = **opened;
  int64_t written = 0;
  absl::Status failed;
  while (failed.ok() && written < 5000) {
    failed = store.WriteBulk([&](Transaction& transaction) -> absl::Status {
      for (int i = 0; i < 500; ++i) {
        const v1::StockLevel level = StockOf(static_cast<uint64_t>(1 + written * 500 + i), 1, 1);
        auto put = transaction.Put({.kind = kStockLevel, .body = &level, .origin = "api:test"});
        if (!put.ok()) return put.status();
      }
      return absl::OkStatus();
    });
    if (failed.ok()) ++written;
  }
  if (ReasonOf(failed) != reason || written == 0) return 2;
  const auto whole = [&](int64_t batches) {
    auto snapshot = store.Read();
    const auto expected = static_cast<uint64_t>(batches * 500);
    return snapshot.ok() && *(*snapshot)->Count(kStockLevel) == expected &&
           store.log_head() == expected;
  };
  if (!whole(written)) return 3;
  relief();
  const absl::Status next = store.Write([&](Transaction& transaction) -> absl::Status {
    for (int i = 0; i < 500; ++i) {
      const v1::StockLevel level = StockOf(static_cast<uint64_t>(1 + written * 500 + i), 1, 1);
      auto put = transaction.Put({.kind = kStockLevel, .body = &level, .origin = "api:test"});
      if (!put.ok() || put->outcome != PutOutcome::kCreated) return absl::InternalError("put");
    }
    return absl::OkStatus();
  });
  if (!next.ok() || !whole(written + 1)) return 4;
  opened->reset();
  opened = Store::Open(options);
  return opened.ok() && (*opened)->Start().ok() ? 0 : 5;
}

TEST_F(Durability, AFileThatCannotGrowFailsTheWriteAndNothingElse) {
  store_.reset();
  const pid_t child = Fork([&] {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 3 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    return FillUntilItFails(Options(), "STORE_IO", [&] {
      limit.rlim_cur = before;
      setrlimit(RLIMIT_FSIZE, &limit);
    });
  });
  EXPECT_EQ(Join(child), 0);
}

// One work of a group writes more than fits, so that their common commit fails.
int FailOneOfAGroup(const StoreOptions& options) {
  auto opened = Store::Open(options);
  if (!opened.ok() || !(*opened)->Start().ok()) return 1;
  Store& store = **opened;
  constexpr int kWorks = 5;
  constexpr int kLarge = 2;
  std::promise<void> release;
  std::promise<absl::Status> answers[kWorks];
  store.WriteAsync(
      [future = release.get_future().share()](Transaction&) {
        future.wait();
        return absl::OkStatus();
      },
      [](absl::Status) {});
  for (int work = 0; work < kWorks; ++work) {
    store.WriteAsync(
        [work](Transaction& transaction) -> absl::Status {
          for (int i = 0; i < (work == kLarge ? 100'000 : 1); ++i) {
            const v1::StockLevel level = StockOf(static_cast<uint64_t>(1 + i), 1 + work, 1);
            auto put = transaction.Put({.kind = kStockLevel, .body = &level, .origin = "api:test"});
            if (!put.ok()) return put.status();
          }
          return absl::OkStatus();
        },
        [&answers, work](absl::Status status) { answers[work].set_value(status); });
  }
  release.set_value();
  for (int work = 0; work < kWorks; ++work) {
    const absl::Status status = answers[work].get_future().get();
    if (status.ok() != (work != kLarge)) return 2;
    if (!status.ok() && ReasonOf(status) != "STORE_IO") return 3;
  }
  auto snapshot = store.Read();
  if (!snapshot.ok() || *(*snapshot)->Count(kStockLevel) != kWorks - 1) return 4;
  return store.log_head() == kWorks - 1 ? 0 : 5;
}

TEST_F(Durability, OneWorkThatDoesNotFitFailsAloneOfItsGroup) {
  store_.reset();
  const pid_t child = Fork([&] {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 3 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    return FailOneOfAGroup(Options());
  });
  const int status = Join(child);
  EXPECT_EQ(status, 0) << "step " << WEXITSTATUS(status);
}

TEST_F(Durability, AFullDiskFailsTheWriteAndNothingElse) {
  store_.reset();
  const std::string disk = folder_ / "disk";
  std::filesystem::create_directory(disk);
  constexpr int kNoMount = 77;
  const pid_t child = Fork([&] {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return kNoMount;
    mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=6m") != 0) return kNoMount;
    StoreOptions options = Options();
    options.folder = disk + "/data";
    return FillUntilItFails(options, "STORE_FULL",
                            [&] { mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=60m"); });
  });
  const int status = Join(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMount) {
    GTEST_SKIP() << "a small disk cannot be mounted here";
  }
  EXPECT_EQ(status, 0) << "step " << WEXITSTATUS(status);
}

}  // namespace
}  // namespace entrepot::store
