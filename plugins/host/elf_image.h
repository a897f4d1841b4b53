// Reads the few things of a shared object that decide whether it may be loaded: exported symbols,
// needed libraries and notes. Every offset is checked, so that a damaged or hostile file gives an
// error and nothing else. Used by inspection.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entrepot::host {

// What was read. Views borrow from the bytes given to Read.
struct ElfImage {
  struct Symbol {
    std::string_view name;
    bool unique = false;  // STB_GNU_UNIQUE
  };
  struct Note {
    std::string_view name;  // without its terminator
    uint32_t type = 0;
    std::string_view description;
  };

  // Defined, and visible to others.
  std::vector<Symbol> exports;
  std::vector<std::string_view> needed;
  // Of the section asked for.
  std::vector<Note> notes;
};

// Reads an ELF shared object for this processor from `bytes`; `note_section` is the name of the
// section whose notes are wanted. INVALID_ARGUMENT with a sentence that goes on after the file's
// name ("is no shared object").
absl::StatusOr<ElfImage> ReadElf(std::string_view bytes, std::string_view note_section);

}  // namespace entrepot::host
