// Scans a whole text into plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "row_scanner.h"

namespace entrepot::csv {

struct Scanned {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<uint32_t>> positions;
  std::vector<uint64_t> lines;  // in which each row starts
  std::vector<std::string> raws;
  std::vector<std::string> faults;  // "line:position: sentence"
};

// `piece`: the text comes in pieces of this size, as from a file; 0: at once.
inline Scanned ScanAll(std::string_view text, Dialect dialect = {}, size_t piece = 0) {
  RowScanner scanner(dialect);
  Scanned all;
  ScannedRow row;
  uint64_t line = 1;
  size_t begin = 0;
  size_t end = piece == 0 ? text.size() : std::min(piece, text.size());
  while (true) {
    const Scan scan = scanner.Next(text.substr(begin, end - begin), end == text.size(), &row);
    if (scan == Scan::kEnd) return all;
    if (scan == Scan::kMore) {
      end = std::min(end + piece, text.size());
      continue;
    }
    if (scan == Scan::kFault) {
      all.faults.push_back(std::to_string(line) + ":" + std::to_string(row.fault_position) + ": " +
                           row.fault);
    }
    if (scan == Scan::kRow) {
      std::vector<std::string> cells;
      std::vector<uint32_t> positions;
      for (const Cell& cell : row.cells) {
        cells.emplace_back(cell.text);
        positions.push_back(cell.position);
      }
      all.rows.push_back(std::move(cells));
      all.positions.push_back(std::move(positions));
      all.lines.push_back(line);
      all.raws.emplace_back(row.raw);
    }
    begin += row.extent.bytes;
    line += row.lines;
  }
}

}  // namespace entrepot::csv
