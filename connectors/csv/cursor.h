// Where the reading of a dataset stands, as the text that the hub keeps. Says nothing about files
// that are yet to come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace entrepot::csv {

struct Cursor {
  // Reading done files again instead of new ones.
  bool replay = false;
  // Number of the file that is being read or was read last; 0: none yet.
  uint64_t number = 0;
  // All of it has been given to the hub, and the next file is due.
  bool ended = true;
  // It is read as all that the dataset holds.
  bool snapshot = false;
  // Where its next row begins.
  uint64_t offset = 0;
  uint64_t line = 0;
  // The file's size when reading began: another size means another file.
  uint64_t size = 0;

  bool operator==(const Cursor&) const = default;

  // Has the hub everything of the file of this number?
  bool Covers(uint64_t file) const {
    return !replay && (file < number || (file == number && ended));
  }

  std::string Encode() const;
  // Empty text: the beginning. Throws sdk::Error (kBadData) for what is no cursor of ours.
  static Cursor Decode(std::string_view text);
};

}  // namespace entrepot::csv
