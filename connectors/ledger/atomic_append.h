// Appends to several files so that after any crash either all of it is there or none. What is about
// to be appended is first written to a note beside the journal; whoever opens the journal next
// completes the story: all there, then the note goes; torn, then exactly the torn part is cut off.
// Only bytes that the note proves to be ours are ever cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace entrepot::ledger {

struct Part {
  std::filesystem::path path;
  uint64_t offset = 0;  // the file's size before; 0: the file is new or empty
  std::string bytes;
};

// The append failed and what it left behind could not be undone: only the next Recover tells.
class UncertainAppend : public std::exception {
 public:
  explicit UncertainAppend(std::string sentence) : sentence_(std::move(sentence)) {}
  const char* what() const noexcept override { return sentence_.c_str(); }

 private:
  std::string sentence_;
};

// Durable when it returns. Throws sdk::Error (kUnavailable, kDenied) when nothing has changed, and
// UncertainAppend.
void AppendAll(const std::filesystem::path& note, const std::vector<Part>& parts);

// What the note says about these parts.
std::string NoteText(const std::vector<Part>& parts);

// Undoes what a crash has torn. Throws sdk::Error: kBadData where something else has written
// meanwhile (nothing is touched then).
void Recover(const std::filesystem::path& note);

}  // namespace entrepot::ledger
