// RFC 4180 and what real files do instead, over UTF-8 text: finds one row after the other, with the
// place of every cell. A scalar state machine that copies nothing but cells with doubled quotes.
// Pure: knows no file. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "encoding.h"

namespace entrepot::csv {

struct Dialect {
  char delimiter = ';';
  char quote = '"';  // '\0': quotes mean nothing
  size_t row_bytes_max = 256 * 1024;
  size_t columns_max = 1000;
};

struct Cell {
  std::string_view text;
  uint32_t position = 1;  // of its first character (the quote counts), in characters, from 1
};

struct ScannedRow {
  std::vector<Cell> cells;
  std::string_view raw;  // without the line end
  TextExtent extent;     // taken from the text, line end included
  uint32_t lines = 0;    // line ends in it
  // After kFault: what is wrong and what would be right, and where, in characters from 1.
  std::string fault;
  uint32_t fault_position = 0;
};

enum class Scan {
  kRow,
  kBlank,  // nothing, or nothing but empty cells
  kFault,
  kMore,  // the text ends within the row: come again with more of it
  kEnd,   // no text left
};

class RowScanner {
 public:
  explicit RowScanner(const Dialect& dialect);

  // Takes the row at the start of `text`. The views in `row` live as long as the text and until the
  // next call. `last`: no more text follows. Never asks for more than row_bytes_max + 2 bytes.
  //   A cell that opens with a quote ends with one; doubled quotes in it are one; it may hold line
  //   ends. A quote elsewhere is an ordinary character. CR, LF and CRLF end a line.
  //   A quote that never closes spoils its line only: the scan goes on with the line after.
  Scan Next(std::string_view text, bool last, ScannedRow* row);

 private:
  struct Place;
  enum class Piece { kCell, kMore, kUnclosed };
  Piece TakeCell(std::string_view text, bool last, Place* place, ScannedRow* row);
  Piece TakeQuoted(std::string_view text, bool last, Place* place, ScannedRow* row);
  Scan Finish(std::string_view text, const Place& place, size_t next, ScannedRow* row);
  void CheckBounds(size_t end, ScannedRow* row) const;
  Scan FirstLineOnly(std::string_view text, bool last, std::string fault, uint32_t position,
                     ScannedRow* row);
  Scan SkipRest(std::string_view text, bool last, ScannedRow* row);
  void Unescape(ScannedRow* row);

  Dialect dialect_;
  bool special_[256] = {};       // delimiter, CR, LF
  bool skipping_ = false;        // within a line that was too long
  std::vector<size_t> doubled_;  // cells of the row with doubled quotes
  std::string unescaped_;
};

}  // namespace entrepot::csv
