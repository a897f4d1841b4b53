#include "atomic_append.h"

#include <entrepot/sdk/connector.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "digest.h"
#include "sealed_file.h"

namespace entrepot::ledger {
namespace {

namespace fs = std::filesystem;

constexpr int kFileMode = 0640;
constexpr std::string_view kNoteHead = "entrepot-append 1 ";

class File {
 public:
  File(const fs::path& path, int flags)
      : path_(path), file_(open(path.c_str(), flags | O_CLOEXEC, kFileMode)) {
    if (file_ < 0) FailOnFile("cannot open", path, errno);
  }
  ~File() { close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void WriteAt(uint64_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) FailOnFile("cannot write", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(count));
      offset += static_cast<uint64_t>(count);
    }
  }
  void Cut(uint64_t size) const {
    if (ftruncate(file_, static_cast<off_t>(size)) != 0) FailOnFile("cannot cut", path_, errno);
  }
  void Sync() const {
    if (fsync(file_) != 0) FailOnFile("cannot write", path_, errno);
  }

 private:
  const fs::path& path_;
  int file_;
};

void SyncFolder(const fs::path& path) {
  const fs::path folder = path.parent_path().empty() ? "." : path.parent_path();
  File(folder, O_RDONLY | O_DIRECTORY).Sync();
}

std::vector<Part> ParseNote(const fs::path& note, const std::string& text) {
  const size_t head = kNoteHead.size() + 17;
  std::vector<Part> parts;
  if (text.size() >= head) {
    std::istringstream body(text.substr(head));
    size_t path_size = 0, size = 0;
    uint64_t offset = 0;
    while (body >> path_size >> offset >> size && body.get() == '\n' && path_size <= text.size() &&
           size <= text.size()) {
      Part part;
      std::string path(path_size, '\0');
      part.offset = offset;
      part.bytes.resize(size);
      body.read(path.data(), static_cast<std::streamsize>(path_size));
      body.read(part.bytes.data(), static_cast<std::streamsize>(size));
      part.path = path;
      parts.push_back(std::move(part));
    }
  }
  if (parts.empty() || NoteText(parts) != text) {
    throw sdk::BadData("'" + note.string() +
                       "' was changed by something else; compare the end of the journal with it "
                       "and remove it");
  }
  return parts;
}

// The note is in place, whole, or not at all.
void WriteNote(const fs::path& note, const std::vector<Part>& parts) {
  const fs::path fresh = note.string() + ".new";
  try {
    File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    file.WriteAt(0, NoteText(parts));
    file.Sync();
    if (rename(fresh.c_str(), note.c_str()) != 0) FailOnFile("cannot make", note, errno);
    SyncFolder(note);
  } catch (const sdk::Error&) {
    unlink(fresh.c_str());
    unlink(note.c_str());
    throw;
  }
}

void Undo(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    std::error_code error;
    if (!fs::exists(part.path, error)) continue;
    if (part.offset == 0) {
      if (unlink(part.path.c_str()) != 0) FailOnFile("cannot remove", part.path, errno);
      SyncFolder(part.path);
      continue;
    }
    const File file(part.path, O_WRONLY);
    file.Cut(part.offset);
    file.Sync();
  }
}

enum class Tail { kNone, kTorn, kWhole, kForeign };

// What of the part has arrived. After a power failure a file may have grown before its bytes came:
// zero bytes count as not arrived.
Tail TailOf(const Part& part) {
  const std::string content = ReadFile(part.path);
  if (content.size() < part.offset) return Tail::kForeign;
  const std::string_view tail = std::string_view(content).substr(part.offset);
  if (tail.empty()) return Tail::kNone;
  if (tail == part.bytes) return Tail::kWhole;
  if (tail.size() > part.bytes.size()) return Tail::kForeign;
  const size_t same = static_cast<size_t>(
      std::mismatch(tail.begin(), tail.end(), part.bytes.begin()).first - tail.begin());
  return tail.find_first_not_of('\0', same) == std::string_view::npos ? Tail::kTorn
                                                                      : Tail::kForeign;
}

}  // namespace

std::string NoteText(const std::vector<Part>& parts) {
  std::string body;
  for (const Part& part : parts) {
    const std::string path = part.path.string();
    body += std::to_string(path.size()) + " " + std::to_string(part.offset) + " " +
            std::to_string(part.bytes.size()) + "\n" + path + part.bytes;
  }
  Digest digest;
  digest.AddBytes(body);
  return std::string(kNoteHead) + Digest::Hex(digest.value()) + "\n" + body;
}

void AppendAll(const fs::path& note, const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    std::error_code error;
    const bool there = fs::exists(part.path, error);
    if ((there ? fs::file_size(part.path, error) : 0) == part.offset && !error) continue;
    throw sdk::BadData("'" + part.path.string() +
                       "' is not as the hub left it; move it away, or restore it from a backup");
  }
  WriteNote(note, parts);
  try {
    for (const Part& part : parts) {
      std::error_code error;
      fs::create_directories(part.path.parent_path(), error);  // opening says what is wrong
      const File file(part.path, O_WRONLY | O_CREAT);
      file.WriteAt(part.offset, part.bytes);
      file.Sync();
      if (part.offset == 0) SyncFolder(part.path);
    }
  } catch (const sdk::Error& failure) {
    try {
      Undo(parts);
    } catch (const sdk::Error& second) {
      throw UncertainAppend(failure.message() + "; and then: " + second.message());
    }
    unlink(note.c_str());
    throw;
  }
  // Should the note come back after a power failure, it describes what is there.
  unlink(note.c_str());
}

void Recover(const fs::path& note) {
  const std::string text = ReadFile(note);
  if (text.empty()) return;
  const std::vector<Part> parts = ParseNote(note, text);
  bool whole = true;
  for (const Part& part : parts) {
    const Tail tail = TailOf(part);
    if (tail == Tail::kForeign) {
      throw sdk::BadData("'" + part.path.string() +
                         "' was changed by something else while the hub was writing to it; put its "
                         "end right from '" +
                         note.string() + "', which holds what the hub wrote, and remove that");
    }
    whole = whole && tail == Tail::kWhole;
  }
  if (!whole) Undo(parts);
  unlink(note.c_str());
}

}  // namespace entrepot::ledger
