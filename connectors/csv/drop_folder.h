// The folder in which another program drops files, seen by one dataset. A file is taken by renaming
// it into <folder>/.entrepot/work/<dataset>/<number>-<name>, so that nobody drops over it; when the
// hub has committed all of it, it moves on to done/ (the newest are kept), and a file whose header
// cannot be used to rejected/. Numbers only grow: they are the order of reading.
// Throws sdk::Error: kUnavailable or kDenied with the path and the system's reason.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::csv {

struct TakenFile {
  uint64_t number = 0;
  std::string claimed_name;  // "0000000017-stock.csv"
  std::string name;          // as dropped, printable: "stock.csv"
  std::filesystem::path path;
};

// An entry of the folder that is left alone, with the reason.
struct LeftAlone {
  std::string name;
  std::string reason;
};

struct DropOptions {
  std::filesystem::path folder;
  std::string dataset;
  std::string files;                       // globs, separated by commas
  std::vector<std::string> other_files;    // of the connection's other datasets
  std::chrono::milliseconds settle{2000};  // a younger file may still be written
  uint64_t kept = 10;                      // done files
};

// Does the name match one of the globs? Case does not matter.
bool MatchesGlobs(const std::string& name, std::string_view globs);

// Is some process about to write into the file? Where the file system cannot tell: false.
bool IsOpenForWriting(const std::filesystem::path& path);

class DropFolder {
 public:
  explicit DropFolder(DropOptions options);

  // Takes all files that are complete, oldest first (then by name). `after`: numbers start beyond
  // it. Throws kBadConfiguration when a file is meant for two datasets.
  void Claim(uint64_t after);
  // What Claim would take, under the numbers that it would give, left where it is.
  std::vector<TakenFile> Foresee(uint64_t after) const;
  // How long until files that are there now may be taken because nobody has changed them any more;
  // 0: there are none of those. At most `settle`.
  std::chrono::milliseconds UntilSettled() const;
  // What Claim would take now, and, in `left_alone`, what it would not.
  std::vector<std::filesystem::path> Complete(std::vector<LeftAlone>* left_alone) const;

  // Files taken and not finished, in their order.
  std::vector<TakenFile> Work() const { return List("work"); }
  // Finished ones that are kept, in their order.
  std::vector<TakenFile> Done() const { return List("done"); }

  // Moves a file of Work away; older ones beyond the number to be kept are deleted. A file that is
  // not there any more is no error.
  void Finish(const TakenFile& file) const;
  void Reject(const TakenFile& file) const;

  // Throws unless the folder can be read and files can be taken.
  void CheckAccess() const;

  // A taken file is settled when nobody writes into it any more.
  bool Settled(const std::filesystem::path& path) const;

  const std::filesystem::path& folder() const { return options_.folder; }

 private:
  std::filesystem::path Place(std::string_view stage) const;
  std::filesystem::path MadePlace(std::string_view stage) const;
  std::vector<TakenFile> List(std::string_view stage) const;
  uint64_t LastNumber(uint64_t least) const;
  std::chrono::nanoseconds Age(const std::filesystem::path& path) const;
  std::optional<std::string> ReasonToLeave(const std::filesystem::directory_entry& entry) const;
  void Move(const TakenFile& file, std::string_view stage) const;

  DropOptions options_;
};

}  // namespace entrepot::csv
