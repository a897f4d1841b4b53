// One file of the hub's journal, as bytes. It begins with a fixed comment; then come blocks, each
// headed by a comment that holds its length and a digest chained to the block before, so that an
// edit is seen without reading the text as a journal. Throws sdk::Error with file and line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace entrepot::ledger {

// What a file is known to hold.
struct SealedState {
  uint64_t size = 0;  // 0: no file yet, or an empty one
  uint64_t seal = 0;  // digest of the last block
  std::string last_date;
  // Directives that stand in it: "account …", "payee …", "commodity …", "tag …", "include …".
  std::set<std::string> directives;
  // To see that somebody else has written: of the file when it was read.
  uint64_t inode = 0;
  int64_t changed_ns = 0;
};

// Makes a file that holds no block yet, with mode 0640, where there is none. False: it could not.
bool MakeSealed(const std::filesystem::path& path);

// Reads and checks the whole file. A missing file is an empty state. kBadData: it was changed by
// something else, or is none of ours; the sentence says where and what to do.
SealedState ReadSealed(const std::filesystem::path& path);

// Is the file as it was when `state` was read? Cheap.
bool IsUnchanged(const std::filesystem::path& path, const SealedState& state);

// Takes inode and time from the file as it is now.
void NoteIdentity(const std::filesystem::path& path, SealedState* state);

// The bytes to append for one more block, whose text is whole lines; `state` becomes what it will
// be once they are written (but for inode and time).
std::string Seal(std::string_view text, SealedState* state);

// Whole content of a file; empty where there is none. Throws kUnavailable or kDenied.
std::string ReadFile(const std::filesystem::path& path);

// "what 'path': reason", with the status that fits errno.
[[noreturn]] void FailOnFile(const std::string& what, const std::filesystem::path& path, int error);

}  // namespace entrepot::ledger
