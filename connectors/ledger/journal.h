// The hub's journal on disk: the file itself, and beside it, in a folder "<name>.late", one file
// for each day whose transactions came after younger ones had been written, because dates must
// ascend within a file. The journal includes those. Every file declares what it uses, before it
// uses it. One process at a time. Throws sdk::Error.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "atomic_append.h"
#include "entry.h"
#include "sealed_file.h"

namespace entrepot::ledger {

class Journal {
 public:
  explicit Journal(std::filesystem::path file);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Makes the file where there is none, so that it can be included before the first transaction.
  // What stands in the way is Refresh's business.
  void Make() const { static_cast<void>(MakeSealed(file_)); }

  // Locks the journal, undoes what a crash has torn, and checks every file. Does nothing when all
  // is as this object left it. True: the files were read, so what is known of their content is not
  // valid any more. kUnavailable: another process has it; kBadData: somebody else has written.
  bool Refresh();

  // False: another process, or another connection, writes to the journal. Locked by Refresh, too.
  bool TryLock();
  bool locked() const { return lock_ >= 0; }
  void Unlock();

  // Appends the entries in the order of their dates, all or none; durable when it returns. Throws
  // UncertainAppend too; after any failure the next Refresh reads all again.
  void Append(std::vector<Entry> entries);

  const std::filesystem::path& file() const { return file_; }
  // The file, or one of a late day.
  bool Owns(const std::filesystem::path& path) const {
    const std::filesystem::path normal = path.lexically_normal();
    return normal == file_.lexically_normal() || normal.parent_path() == late_.lexically_normal();
  }
  // No transaction has been written yet, so there is nothing to be read.
  bool empty() const { return states_.empty() || states_.at(file_).seal == 0; }

 private:
  void Lock();
  std::filesystem::path FileFor(const Entry& entry) const;
  std::string BlockFor(const std::vector<Entry>& entries, const SealedState& state) const;

  std::filesystem::path file_;
  std::filesystem::path note_;
  std::filesystem::path late_;
  int lock_ = -1;
  std::map<std::filesystem::path, SealedState> states_;  // of all files; empty: not read
};

}  // namespace entrepot::ledger
