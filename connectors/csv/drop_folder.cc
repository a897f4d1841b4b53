#include "drop_folder.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "encoding.h"
#include "entrepot/sdk/error.h"

namespace entrepot::csv {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnFolder = ".entrepot";
constexpr std::string_view kStillWritten = "it is still being written";
constexpr size_t kNumberDigits = 10;
constexpr const char* kUnfinishedEndings[] = {".tmp",      ".temp",       ".part", ".partial",
                                              ".filepart", ".crdownload", ".swp",  "~"};

[[noreturn]] void Fail(const std::string& what, const fs::path& path, int error) {
  const std::string sentence =
      "cannot " + what + " '" + Printable(path.string()) + "': " + std::strerror(error);
  if (error == EACCES || error == EPERM || error == EROFS) throw sdk::Denied(sentence);
  throw sdk::Unavailable(sentence);
}

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// A dataset's name as the name of a folder.
std::string FolderName(const std::string& dataset) {
  std::string name;
  for (const char c : dataset) name += c == '/' || c == '\0' ? '_' : c;
  return name.empty() || name[0] == '.' ? "_" + name : name;
}

// Fails instead of replacing a file that is there.
int RenameNew(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system without it (NFS, say): numbers are ours alone, so nothing can be there.
  if (access(to.c_str(), F_OK) == 0) return EEXIST;
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

struct Candidate {
  fs::path path;
  fs::file_time_type time;
};

std::string ClaimedName(uint64_t number, const std::string& name) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return digits + "-" + name;
}

}  // namespace

bool MatchesGlobs(const std::string& name, std::string_view globs) {
  while (!globs.empty()) {
    const size_t comma = std::min(globs.find(','), globs.size());
    std::string_view glob = globs.substr(0, comma);
    while (!glob.empty() && glob.front() == ' ') glob.remove_prefix(1);
    while (!glob.empty() && glob.back() == ' ') glob.remove_suffix(1);
    if (!glob.empty() && fnmatch(std::string(glob).c_str(), name.c_str(), FNM_CASEFOLD) == 0) {
      return true;
    }
    globs.remove_prefix(std::min(comma + 1, globs.size()));
  }
  return false;
}

bool IsOpenForWriting(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return false;
  // A read lease is granted only while nobody has the file open for writing.
  const bool busy = fcntl(file, F_SETLEASE, F_RDLCK) != 0 && (errno == EAGAIN || errno == EBUSY);
  if (!busy) fcntl(file, F_SETLEASE, F_UNLCK);
  close(file);
  return busy;
}

DropFolder::DropFolder(DropOptions options) : options_(std::move(options)) {}

fs::path DropFolder::Place(std::string_view stage) const {
  return options_.folder / kOwnFolder / stage / FolderName(options_.dataset);
}

fs::path DropFolder::MadePlace(std::string_view stage) const {
  const fs::path place = Place(stage);
  std::error_code error;
  if (!fs::is_directory(options_.folder, error)) {
    Fail("use the folder", options_.folder, error ? error.value() : ENOTDIR);
  }
  fs::create_directories(place, error);
  if (error) Fail("make the folder", place, error.value());
  return place;
}

// Since the last change; a file that is gone is young.
std::chrono::nanoseconds DropFolder::Age(const fs::path& path) const {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return std::chrono::nanoseconds(0);
  const auto since_epoch = [](const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  // The other machine's clock may run ahead: then the time at which the file got here counts.
  const std::chrono::nanoseconds changed =
      std::min<std::chrono::nanoseconds>(since_epoch(status.st_mtim), since_epoch(status.st_ctim));
  return std::chrono::system_clock::now().time_since_epoch() - changed;
}

bool DropFolder::Settled(const fs::path& path) const {
  return Age(path) >= options_.settle && !IsOpenForWriting(path);
}

std::chrono::milliseconds DropFolder::UntilSettled() const {
  std::chrono::nanoseconds longest(0);
  std::error_code error;
  fs::directory_iterator entries(options_.folder, error);
  if (error) return std::chrono::milliseconds(0);
  for (const fs::directory_entry& entry : entries) {
    if (!MatchesGlobs(entry.path().filename().string(), options_.files)) continue;
    const auto reason = ReasonToLeave(entry);
    if (!reason || *reason != kStillWritten || IsOpenForWriting(entry.path())) continue;
    longest = std::max(longest, options_.settle - Age(entry.path()));
  }
  const std::chrono::nanoseconds most = options_.settle;
  return std::chrono::ceil<std::chrono::milliseconds>(std::min(longest, most));
}

std::optional<std::string> DropFolder::ReasonToLeave(const fs::directory_entry& entry) const {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  if (entry.is_symlink(error)) return "it is a symbolic link; drop the file itself";
  if (!entry.is_regular_file(error)) return "it is no regular file";
  if (name[0] == '.' || name.rfind("~$", 0) == 0) return "its name says that it is a hidden file";
  const std::string lower = LowerCase(name);
  for (const std::string_view ending : kUnfinishedEndings) {
    if (lower.size() >= ending.size() &&
        lower.compare(lower.size() - ending.size(), ending.size(), ending) == 0) {
      return "its name says that it is not complete; rename it when it is";
    }
  }
  if (!Settled(entry.path())) return std::string(kStillWritten);
  return std::nullopt;
}

std::vector<fs::path> DropFolder::Complete(std::vector<LeftAlone>* left_alone) const {
  std::error_code error;
  fs::directory_iterator entries(options_.folder, error);
  if (error) Fail("read the folder", options_.folder, error.value());
  std::vector<Candidate> candidates;
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name == kOwnFolder || !MatchesGlobs(name, options_.files)) continue;
    if (const auto reason = ReasonToLeave(entry)) {
      if (left_alone) left_alone->push_back({Printable(name), *reason});
      continue;
    }
    for (const std::string& other : options_.other_files) {
      if (!MatchesGlobs(name, other)) continue;
      throw sdk::BadConfiguration("files", "the file '" + Printable(name) + "' fits '" +
                                               options_.files + "' and another dataset's '" +
                                               other + "'; a file belongs to one dataset");
    }
    const auto time = entry.last_write_time(error);
    if (!error) candidates.push_back({entry.path(), time});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.time, a.path) < std::tie(b.time, b.path);
  });
  std::vector<fs::path> paths;
  for (Candidate& candidate : candidates) paths.push_back(std::move(candidate.path));
  return paths;
}

// Of all files ever taken that are still kept; at least `least`.
uint64_t DropFolder::LastNumber(uint64_t least) const {
  for (const std::string_view stage : {"work", "done", "rejected"}) {
    const std::vector<TakenFile> taken = List(stage);
    if (!taken.empty()) least = std::max(least, taken.back().number);
  }
  return least;
}

std::vector<TakenFile> DropFolder::Foresee(uint64_t after) const {
  std::vector<TakenFile> foreseen;
  after = LastNumber(after);
  for (const fs::path& path : Complete(nullptr)) {
    const std::string name = path.filename().string();
    foreseen.push_back({++after, ClaimedName(after, name), Printable(name), path});
  }
  return foreseen;
}

void DropFolder::Claim(uint64_t after) {
  const std::vector<fs::path> files = Complete(nullptr);
  if (files.empty()) return;
  const fs::path work = MadePlace("work");
  after = LastNumber(after);
  for (const fs::path& file : files) {
    const int error = RenameNew(file, work / ClaimedName(++after, file.filename().string()));
    if (error == ENOENT) continue;  // somebody took it back
    if (error) Fail("take the file", file, error);
  }
}

std::vector<TakenFile> DropFolder::List(std::string_view stage) const {
  std::vector<TakenFile> files;
  std::error_code error;
  fs::directory_iterator entries(Place(stage), error);
  if (error) {
    if (error.value() == ENOENT) {
      // No file has been taken yet; but is the folder itself there?
      if (!fs::exists(options_.folder, error)) Fail("find the folder", options_.folder, ENOENT);
      return files;
    }
    Fail("read the folder", Place(stage), error.value());
  }
  for (const fs::directory_entry& entry : entries) {
    TakenFile file;
    file.path = entry.path();
    file.claimed_name = entry.path().filename().string();
    const char* const begin = file.claimed_name.data();
    const char* const end = begin + file.claimed_name.size();
    const auto [stop, code] = std::from_chars(begin, end, file.number);
    if (code != std::errc() || stop == end || *stop != '-') continue;  // not ours
    if (!entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    file.name = Printable(stop + 1);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const TakenFile& a, const TakenFile& b) { return a.number < b.number; });
  return files;
}

void DropFolder::Move(const TakenFile& file, std::string_view stage) const {
  const fs::path place = MadePlace(stage);
  if (rename(file.path.c_str(), (place / file.claimed_name).c_str()) != 0 && errno != ENOENT) {
    Fail("put away the file", file.path, errno);
  }
}

void DropFolder::Finish(const TakenFile& file) const {
  Move(file, "done");
  const std::vector<TakenFile> done = Done();
  for (size_t i = 0; i + options_.kept < done.size(); ++i) {
    std::error_code ignored;  // tried again when the next file is finished
    fs::remove(done[i].path, ignored);
  }
}

void DropFolder::Reject(const TakenFile& file) const { Move(file, "rejected"); }

void DropFolder::CheckAccess() const {
  std::error_code error;
  if (!fs::exists(options_.folder, error)) Fail("find the folder", options_.folder, ENOENT);
  if (!fs::is_directory(options_.folder, error)) Fail("use", options_.folder, ENOTDIR);
  if (access(options_.folder.c_str(), R_OK | X_OK) != 0) {
    Fail("read the folder", options_.folder, errno);
  }
  if (access(options_.folder.c_str(), W_OK) != 0) {
    Fail("take files out of the folder", options_.folder, errno);
  }
}

}  // namespace entrepot::csv
