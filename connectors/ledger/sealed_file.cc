#include "sealed_file.h"

#include <entrepot/sdk/connector.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "digest.h"

namespace entrepot::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead =
    "; Written by Entrepot; do not edit: the hub checks that it finds what it wrote.\n"
    "; Include this file in your own journal.\n";
// "; entrepot 412 9f86d081884c7d65": length of the block after this line, and its seal.
constexpr std::string_view kSealMark = "; entrepot ";
constexpr std::string_view kDirectives[] = {"account ", "payee ", "commodity ", "tag ", "include "};

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

uint64_t SealOf(std::string_view text, uint64_t before) {
  Digest digest(before ^ 0xcbf29ce484222325);
  digest.AddBytes(text);
  return digest.value();
}

// Learns from the lines of a block.
void Note(std::string_view text, SealedState* state) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line[0] == ' ' || line[0] == ';') continue;
    if (line[0] >= '0' && line[0] <= '9') {
      state->last_date = std::max(state->last_date, std::string(line.substr(0, 10)));
      continue;
    }
    for (const std::string_view directive : kDirectives) {
      if (StartsWith(line, directive)) state->directives.insert(std::string(line));
    }
  }
}

struct Header {
  size_t size = 0;  // of the header's line
  size_t length = 0;
  uint64_t seal = 0;
};

// False: no header stands at the start of `text`.
bool ParseHeader(std::string_view text, Header* header) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !StartsWith(text, kSealMark)) return false;
  const char* const last = text.data() + end;
  const auto length = std::from_chars(text.data() + kSealMark.size(), last, header->length);
  if (length.ec != std::errc() || length.ptr == last || *length.ptr != ' ') return false;
  const auto seal = std::from_chars(length.ptr + 1, last, header->seal, 16);
  header->size = end + 1;
  return seal.ec == std::errc() && seal.ptr == last;
}

[[noreturn]] void FailEdited(const fs::path& path, std::string_view before, const char* what) {
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  throw sdk::BadData(path.string() + ":" + std::to_string(line) + ": " + what +
                     "; nothing is written until the file is as the hub left it: restore it from "
                     "a backup or your version control");
}

}  // namespace

void FailOnFile(const std::string& what, const fs::path& path, int error) {
  const std::string sentence = what + " '" + path.string() + "': " + std::strerror(error);
  if (error == EACCES || error == EPERM || error == EROFS) throw sdk::Denied(sentence);
  throw sdk::Unavailable(sentence);
}

std::string ReadFile(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return "";
  if (file < 0) FailOnFile("cannot open", path, errno);
  std::string content;
  char buffer[1 << 16];
  ssize_t count = 0;
  while ((count = read(file, buffer, sizeof(buffer))) > 0 || (count < 0 && errno == EINTR)) {
    if (count > 0) content.append(buffer, static_cast<size_t>(count));
  }
  const int error = errno;
  close(file);
  if (count < 0) FailOnFile("cannot read", path, error);
  return content;
}

bool MakeSealed(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return true;
  // In one step, so that nobody ever sees a part of it, and never over a file that came meanwhile.
  const fs::path fresh = path.string() + ".new";
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file < 0) return false;
  const bool written =
      write(file, kHead.data(), kHead.size()) == static_cast<ssize_t>(kHead.size()) &&
      fsync(file) == 0;
  close(file);
  const bool made = written && (link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  unlink(fresh.c_str());
  return made;
}

SealedState ReadSealed(const fs::path& path) {
  SealedState state;
  NoteIdentity(path, &state);  // before reading: a change meanwhile is seen later
  const std::string content = ReadFile(path);
  if (content.empty()) return state;
  if (!StartsWith(content, kHead)) {
    throw sdk::BadData("'" + path.string() +
                       "' was not written by the hub; give the hub a file of its own (option "
                       "file) and include that in your journal");
  }
  const std::string_view text = content;
  size_t at = kHead.size();
  while (at < text.size()) {
    Header header;
    if (!ParseHeader(text.substr(at), &header)) {
      FailEdited(path, text.substr(0, at), "this was not written by the hub");
    }
    const std::string_view block = text.substr(at + header.size, header.length);
    const uint64_t seal = SealOf(block, state.seal);
    if (block.size() < header.length || seal != header.seal) {
      FailEdited(path, text.substr(0, at + header.size), "this was changed after the hub wrote it");
    }
    Note(block, &state);
    state.seal = seal;
    at += header.size + header.length;
  }
  state.size = text.size();
  return state;
}

void NoteIdentity(const fs::path& path, SealedState* state) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) FailOnFile("cannot look at", path, errno);
    state->inode = 0;
    state->changed_ns = 0;
    return;
  }
  state->inode = status.st_ino;
  state->changed_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool IsUnchanged(const fs::path& path, const SealedState& state) {
  SealedState now;
  NoteIdentity(path, &now);
  std::error_code error;
  const uint64_t size = now.inode == 0 ? 0 : fs::file_size(path, error);
  return !error && now.inode == state.inode && now.changed_ns == state.changed_ns &&
         size == state.size;
}

std::string Seal(std::string_view text, SealedState* state) {
  std::string bytes;
  if (state->size == 0) bytes = kHead;
  state->seal = SealOf(text, state->seal);
  bytes +=
      std::string(kSealMark) + std::to_string(text.size()) + " " + Digest::Hex(state->seal) + "\n";
  bytes += text;
  state->size += bytes.size();
  Note(text, state);
  return bytes;
}

}  // namespace entrepot::ledger
