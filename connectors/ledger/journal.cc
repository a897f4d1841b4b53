#include "journal.h"

#include <entrepot/sdk/connector.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace entrepot::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIncludeMark = "include ";

void Declare(const std::string& directive, const std::string& detail, std::set<std::string>* known,
             std::string* text) {
  if (!known->insert(directive).second) return;
  *text += directive + "\n" + detail;
}

}  // namespace

Journal::Journal(fs::path file)
    : file_(std::move(file)),
      note_(file_.string() + ".pending"),
      late_(file_.parent_path() / (file_.stem().string() + ".late")) {}

Journal::~Journal() { Unlock(); }

void Journal::Unlock() {
  if (lock_ >= 0) close(lock_);
  lock_ = -1;
}

void Journal::Lock() {
  if (!TryLock()) {
    throw sdk::Unavailable("another hub is writing to '" + file_.string() + "'");
  }
}

bool Journal::TryLock() {
  if (lock_ >= 0) return true;
  const fs::path folder = file_.parent_path().empty() ? "." : file_.parent_path();
  const fs::path path = file_.string() + ".lock";
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0 && errno == ENOENT) FailOnFile("cannot find the folder", folder, ENOENT);
  if (lock_ < 0) FailOnFile("cannot write beside the journal, to", path, errno);
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return true;
  Unlock();
  return false;
}

bool Journal::Refresh() {
  Lock();
  const bool unchanged =
      !states_.empty() && std::all_of(states_.begin(), states_.end(), [](const auto& entry) {
        return IsUnchanged(entry.first, entry.second);
      });
  if (unchanged) return false;
  states_.clear();
  Recover(note_);
  std::map<fs::path, SealedState> states;
  states[file_] = ReadSealed(file_);
  for (const std::string& directive : states.at(file_).directives) {
    if (directive.rfind(kIncludeMark, 0) != 0) continue;
    const fs::path late = file_.parent_path() / directive.substr(kIncludeMark.size());
    states[late] = ReadSealed(late);
    if (states[late].size == 0) {
      throw sdk::BadData("'" + late.string() + "', which '" + file_.string() +
                         "' includes, is gone; restore it from a backup");
    }
  }
  states_ = std::move(states);
  return true;
}

// The main file as long as dates ascend there.
fs::path Journal::FileFor(const Entry& entry) const {
  if (entry.date >= states_.at(file_).last_date) return file_;
  return late_ / (entry.date + ".journal");
}

std::string Journal::BlockFor(const std::vector<Entry>& entries, const SealedState& state) const {
  std::set<std::string> known = state.directives;
  std::string text;
  for (const std::string_view tag : kTags) Declare("tag " + std::string(tag), "", &known, &text);
  for (const Entry& entry : entries) {
    for (const Posting& posting : entry.postings) {
      const std::string fraction(static_cast<size_t>(WrittenDecimals(posting.currency)), '0');
      Declare("commodity " + posting.currency,
              "    format 1,000." + fraction + " " + posting.currency + "\n", &known, &text);
      Declare("account " + posting.account, "", &known, &text);
    }
    Declare("payee " + entry.payee, "", &known, &text);
  }
  if (!text.empty()) text += "\n";
  for (const Entry& entry : entries) text += Render(entry);
  return text;
}

void Journal::Append(std::vector<Entry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.date < b.date; });
  std::map<fs::path, std::vector<Entry>> by_file;
  for (Entry& entry : entries) by_file[FileFor(entry)].push_back(std::move(entry));
  std::map<fs::path, SealedState> states = std::move(states_);
  states_.clear();  // until it is done, what is on disk is not known
  std::string includes;
  std::vector<Part> parts;
  for (const auto& [path, of_file] : by_file) {
    if (path == file_) continue;
    if (states.find(path) == states.end()) {
      includes += std::string(kIncludeMark) + late_.filename().string() + "/" +
                  path.filename().string() + "\n";
    }
    SealedState& state = states[path];
    parts.push_back({path, state.size, ""});
    parts.back().bytes = Seal(BlockFor(of_file, state), &state);
  }
  if (!includes.empty() || by_file.count(file_) != 0) {
    SealedState& state = states[file_];
    std::string block = includes.empty() ? "" : includes + "\n";
    if (by_file.count(file_) != 0) block += BlockFor(by_file[file_], state);
    parts.push_back({file_, state.size, ""});
    parts.back().bytes = Seal(block, &state);
  }
  AppendAll(note_, parts);
  for (const Part& part : parts) NoteIdentity(part.path, &states[part.path]);
  states_ = std::move(states);
}

}  // namespace entrepot::ledger
