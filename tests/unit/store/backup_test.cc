#include "core/store/backup.h"

#include <sqlite3.h>

#include <fstream>

#include "core/store/database.h"
#include "core/store/migrations.h"
#include "tests/unit/store/store_fixture.h"

namespace entrepot::store {
namespace {

class BackupTest : public StoreTest {
 protected:
  absl::StatusOr<BackupReport> Make(bool overwrite = false) {
    return BackUp({.folder = folder_ / "data",
                   .file = File(),
                   .overwrite = overwrite,
                   .now = clock_.Now(),
                   .progress = [this](uint64_t done, uint64_t) { progress_.push_back(done); }});
  }
  absl::StatusOr<RestoreReport> PutBack(std::filesystem::path file) {
    store_.reset();
    return Restore({.folder = folder_ / "data",
                    .file = std::move(file),
                    .now = clock_.Now(),
                    .numbers_skipped = 100});
  }
  std::filesystem::path File() const { return folder_ / "a.db"; }

  // Of another connection, as an older release or an accident would leave the file.
  void Execute(const std::filesystem::path& file, const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  uint64_t Number() {
    uint64_t number = 0;
    EXPECT_TRUE(store_
                    ->Write([&](Transaction& tx) {
                      number = *tx.NextNumber("order");
                      return absl::OkStatus();
                    })
                    .ok());
    return number;
  }

  std::vector<uint64_t> progress_;
};

TEST_F(BackupTest, HoldsWhatWasCommittedAndNothingLater) {
  ASSERT_TRUE(Put(ClientNamed("C-1", "One")).ok());
  const auto made = Make();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->bytes, std::filesystem::file_size(File()));
  EXPECT_EQ(made->log_head, store_->log_head());
  EXPECT_FALSE(progress_.empty());
  ASSERT_TRUE(Put(ClientNamed("C-2", "Two")).ok());
  const auto restored = PutBack(File());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->records, 1);
  EXPECT_EQ(restored->epoch.backup_at, clock_.Now());
  Open();
  EXPECT_EQ(*(*store_->Read())->Count(domain::KindOf<v1::Client>()), 1);
}

TEST_F(BackupTest, TheReplacedStoreIsKeptWhole) {
  ASSERT_TRUE(Make().ok());
  ASSERT_TRUE(Put(ClientNamed("C-1", "One")).ok());
  const auto restored = PutBack(File());
  ASSERT_TRUE(restored.ok());
  const auto back = PutBack(restored->replaced);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->records, 1);
  EXPECT_EQ(back->epoch.number, 3);
}

TEST_F(BackupTest, ARestoreGivesNoNumberIdOrRevisionAgain) {
  const uint64_t id = Put(ClientNamed("C-1", "One"))->id;
  const uint64_t number = Number();
  ASSERT_TRUE(Make().ok());
  const uint64_t lost_id = Put(ClientNamed("C-2", "Two"))->id;
  const uint64_t lost_number = Number();
  ASSERT_TRUE(PutBack(File()).ok());
  Open();
  EXPECT_EQ(store_->epoch().number, 2);
  EXPECT_GE(Number(), lost_number + 100);
  EXPECT_GT(Put(ClientNamed("C-3", "Three"))->id, lost_id);
  EXPECT_EQ(Put(ClientNamed("C-1", "Uno"))->id, id);
  EXPECT_EQ((*(*store_->Read())->Get(id))->revision(), 1'000'001);
  EXPECT_LT(number, lost_number);
}

TEST_F(BackupTest, AnOlderReleasesBackupIsBroughtUpToDate) {
  std::ofstream(File()).close();
  {
    const auto db = Connection::Open(File(), Connection::Mode::kReadWrite, 100);
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(Migrate(**db, Migrations().first(1)).ok());
  }
  const auto restored = PutBack(File());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->epoch.number, 2);
  EXPECT_EQ(restored->epoch.backup_at, absl::UnixEpoch());
  Open();
}

TEST_F(BackupTest, ALaterReleasesBackupIsRefused) {
  ASSERT_TRUE(Make().ok());
  Execute(File(), "PRAGMA user_version = 9999");
  const auto restored = PutBack(File());
  EXPECT_EQ(ReasonOf(restored.status()), "STORE_TOO_NEW");
  Open();
}

TEST_F(BackupTest, ADamagedStoreIsReplacedAllTheSame) {
  ASSERT_TRUE(Put(ClientNamed("C-1", "One")).ok());
  ASSERT_TRUE(Make().ok());
  store_.reset();
  std::filesystem::resize_file(folder_ / "data/entrepot.db", 5000);
  const auto restored = PutBack(File());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(std::filesystem::file_size(restored->replaced), 5000);
  Open();
}

TEST_F(BackupTest, IsNotMadeOverAnotherUnlessTold) {
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(ReasonOf(Make().status()), "BACKUP_EXISTS");
  EXPECT_TRUE(Make(/*overwrite=*/true).ok());
}

TEST_F(BackupTest, IsNotRestoredUnderARunningHub) {
  ASSERT_TRUE(Make().ok());
  const auto restored = Restore({.folder = folder_ / "data", .file = File(), .now = clock_.Now()});
  EXPECT_EQ(ReasonOf(restored.status()), "STORE_IN_USE");
}

}  // namespace
}  // namespace entrepot::store
