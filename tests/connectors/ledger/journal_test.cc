// The files of the journal: torn ends, edits, other writers, a full disk, kill -9.
#include "journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

namespace entrepot::ledger {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Entry Sample(int number, const std::string& date = "2026-11-04") {
  Entry entry;
  entry.date = date;
  entry.code = entry.key = std::to_string(number) + "-1";
  entry.payee = "Client " + std::to_string(number % 7);
  entry.record = static_cast<uint64_t>(number);
  entry.revision = 1;
  entry.postings = {{"assets:receivable:C" + std::to_string(number % 7), NanosOf(12551, 2), "RUB"},
                    {"revenues:sales", -NanosOf(12551, 2), "RUB"}};
  return entry;
}

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/journal-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "hub.journal";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Append(std::vector<Entry> entries) {
    Journal journal(file_);
    journal.Refresh();
    journal.Append(std::move(entries));
  }
  static void Write(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  std::string RefreshError() {
    try {
      Journal(file_).Refresh();
      return "";
    } catch (const sdk::Error& error) {
      return error.message();
    }
  }
  int Check() const {
    const std::string command = "LC_ALL=C.UTF-8 hledger -f " + file_.string() +
                                " check --strict ordereddates payees >/dev/null 2>&1 && "
                                "LC_ALL=C.UTF-8 ledger --args-only -f " +
                                file_.string() +
                                " --pedantic --check-payees source >/dev/null 2>&1";
    return std::system(command.c_str());
  }
  fs::path Note() const { return file_.string() + ".pending"; }

  fs::path folder_, file_;
};

TEST_F(JournalTest, IsMadeWithTheFirstTransaction) {
  Journal journal(file_);
  EXPECT_TRUE(journal.Refresh());
  EXPECT_FALSE(fs::exists(file_));
  journal.Append({Sample(1)});
  struct stat status;
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777 & ~0640u, 0u);
  EXPECT_FALSE(journal.Refresh()) << "nobody else has written";
  EXPECT_EQ(Check(), 0);
}

TEST_F(JournalTest, PutsLateDatesIntoFilesOfTheirOwn) {
  Append({Sample(1, "2026-11-05")});
  Append({Sample(2, "2026-11-02"), Sample(3, "2026-11-06"), Sample(4, "2026-11-01")});
  Append({Sample(5, "2026-11-02"), Sample(13, "2026-11-02")});
  Append({Sample(6, "2026-11-06")});
  EXPECT_TRUE(fs::exists(folder_ / "hub.late/2026-11-01.journal"));
  EXPECT_TRUE(fs::exists(folder_ / "hub.late/2026-11-02.journal"));
  EXPECT_EQ(Check(), 0);
}

// All of the next batch stands in the files, or nothing; whatever byte the write ended at.
TEST_F(JournalTest, CutsATornEndAtEveryByte) {
  Append({Sample(1), Sample(2)});
  const std::string before = ReadFile(file_);
  Append({Sample(3), Sample(8)});
  const std::string after = ReadFile(file_);
  const std::string bytes = after.substr(before.size());
  const std::string note = NoteText({{file_, before.size(), bytes}});
  for (size_t arrived = 0; arrived <= bytes.size(); ++arrived) {
    for (const bool zeros : {false, true}) {
      if (zeros && arrived % 16 != 0) continue;
      std::string torn = before + bytes.substr(0, arrived);
      if (zeros) torn += std::string(bytes.size() - arrived, '\0');
      Write(file_, torn);
      Write(Note(), note);
      EXPECT_EQ(RefreshError(), "") << arrived;
      ASSERT_EQ(ReadFile(file_), arrived == bytes.size() ? after : before) << arrived;
      ASSERT_FALSE(fs::exists(Note()));
    }
  }
  Append({Sample(4)});
  EXPECT_EQ(Check(), 0);
}

TEST_F(JournalTest, UndoesABatchOverTwoFilesAsOne) {
  Append({Sample(1, "2026-11-05")});
  const std::string before = ReadFile(file_);
  Append({Sample(2, "2026-11-02"), Sample(3, "2026-11-06")});
  const fs::path late = folder_ / "hub.late/2026-11-02.journal";
  const std::string late_bytes = ReadFile(late);
  const std::string bytes = ReadFile(file_).substr(before.size());
  const std::string note = NoteText({{late, 0, late_bytes}, {file_, before.size(), bytes}});
  for (size_t arrived = 0; arrived < bytes.size(); arrived += 11) {
    Write(late, late_bytes);
    Write(file_, before + bytes.substr(0, arrived));
    Write(Note(), note);
    EXPECT_EQ(RefreshError(), "");
    ASSERT_EQ(ReadFile(file_), before);
    ASSERT_FALSE(fs::exists(late));
  }
}

TEST_F(JournalTest, NeverCutsWhatSomebodyElseHasWritten) {
  Append({Sample(1)});
  const std::string before = ReadFile(file_);
  Append({Sample(2)});
  const std::string bytes = ReadFile(file_).substr(before.size());
  const std::string mixed = before + bytes.substr(0, 20) + "my own line\n";
  Write(file_, mixed);
  Write(Note(), NoteText({{file_, before.size(), bytes}}));
  EXPECT_THAT(RefreshError(), HasSubstr("changed by something else while the hub was writing"));
  EXPECT_EQ(ReadFile(file_), mixed);
}

TEST_F(JournalTest, SaysWhereItWasEdited) {
  Append({Sample(1)});
  Append({Sample(2)});
  const std::string good = ReadFile(file_);
  std::string edited = good;
  edited.replace(edited.find("125.51"), 6, "925.51");
  Write(file_, edited);
  EXPECT_THAT(RefreshError(), HasSubstr("hub.journal:4: this was changed after the hub wrote it"));
  Write(file_, good + "\n2026-11-05 * (x) mine\n");
  EXPECT_THAT(RefreshError(), HasSubstr("this was not written by the hub"));
  Write(file_, good.substr(0, good.size() - 30));
  EXPECT_THAT(RefreshError(), HasSubstr("this was changed after the hub wrote it"));
  Write(file_, good);
  EXPECT_EQ(RefreshError(), "");
}

TEST_F(JournalTest, LeavesAFileAloneThatIsNoneOfItsOwn) {
  Write(file_, "2026-11-05 mine\n    a  1\n    b\n");
  EXPECT_THAT(RefreshError(), HasSubstr("was not written by the hub; give the hub a file"));
}

TEST_F(JournalTest, SeesAnEditWhileItIsOpen) {
  Journal journal(file_);
  journal.Refresh();
  journal.Append({Sample(1)});
  std::ofstream(file_, std::ios::app) << "; a note of mine\n";
  EXPECT_THROW(journal.Refresh(), sdk::Error);
}

TEST_F(JournalTest, IsWrittenByOneProcessAtATime) {
  Journal first(file_);
  first.Refresh();
  EXPECT_THAT(RefreshError(), HasSubstr("another hub is writing"));
}

TEST_F(JournalTest, SaysThatItsFolderIsMissing) {
  EXPECT_THROW(Journal(folder_ / "no" / "hub.journal").Refresh(), sdk::Error);
}

TEST_F(JournalTest, SaysThatALateFileIsGone) {
  Append({Sample(1, "2026-11-05")});
  Append({Sample(2, "2026-11-02")});
  fs::remove(folder_ / "hub.late/2026-11-02.journal");
  EXPECT_THAT(RefreshError(), HasSubstr("is gone; restore it"));
}

// A limit on the size of files is as good as a full disk.
TEST_F(JournalTest, IsAsBeforeWhenTheDiskIsFull) {
  for (int i = 0; i < 20; ++i) Append({Sample(i)});
  const std::string before = ReadFile(file_);
  Journal journal(file_);
  journal.Refresh();
  struct rlimit old_limit;
  getrlimit(RLIMIT_FSIZE, &old_limit);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = old_limit;
  limit.rlim_cur = before.size() + 100;
  setrlimit(RLIMIT_FSIZE, &limit);
  std::string message;
  try {
    journal.Append({Sample(100)});
  } catch (const sdk::Error& error) {
    message = error.message();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_THAT(message, HasSubstr("cannot write"));
  EXPECT_EQ(ReadFile(file_), before);
  EXPECT_FALSE(fs::exists(Note()));
  EXPECT_TRUE(journal.Refresh());
  journal.Append({Sample(100)});
  EXPECT_EQ(Check(), 0);
}

// Whatever was acknowledged stands there once, after every kill.
TEST_F(JournalTest, SurvivesKillsInTheMiddleOfWriting) {
  std::mt19937 random(42);
  int next = 0;
  for (int round = 0; round < 20; ++round) {
    int channel[2];
    ASSERT_EQ(pipe(channel), 0);
    const pid_t writer = fork();
    if (writer == 0) {
      Journal journal(file_);
      journal.Refresh();
      for (int number = next;; ++number) {
        journal.Append({Sample(number), Sample(number, "2026-10-01")});
        if (write(channel[1], &number, sizeof(number)) < 0) _exit(1);
      }
    }
    close(channel[1]);
    int acknowledged = 0;
    ASSERT_EQ(read(channel[0], &acknowledged, sizeof(acknowledged)), ssize_t{sizeof(int)});
    usleep(random() % 4000);
    kill(writer, SIGKILL);
    while (read(channel[0], &acknowledged, sizeof(acknowledged)) > 0) {
    }
    close(channel[0]);
    waitpid(writer, nullptr, 0);
    ASSERT_EQ(RefreshError(), "");
    const std::string content = ReadFile(file_);
    for (int number = next; number <= acknowledged; ++number) {
      EXPECT_THAT(content, HasSubstr("(" + std::to_string(number) + "-1)"));
    }
    next = acknowledged + 1;
    // The one after may have arrived as well.
    while (content.find("(" + std::to_string(next) + "-1)") != std::string::npos) ++next;
  }
  EXPECT_EQ(Check(), 0);
}

}  // namespace
}  // namespace entrepot::ledger
