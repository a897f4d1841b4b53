// libFuzzer entry for the csv parser: any bytes, in any encoding, in pieces of any size. Every row
// is well-formed UTF-8 within its bounds, and every byte is taken.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "encoding.h"
#include "row_scanner.h"

namespace {

using namespace entrepot::csv;

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckRow(const ScannedRow& row, const Dialect& dialect) {
  Require(FindInvalid(row.raw) == std::string_view::npos);
  Require(row.raw.size() <= dialect.row_bytes_max);
  Require(row.cells.size() <= dialect.columns_max);
  uint32_t last = 0;
  for (const Cell& cell : row.cells) {
    Require(cell.position > last);
    last = cell.position;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  static const char* const kEncodings[] = {"utf-8", "windows-1251", "cp866", "utf-16le"};
  Decoder decoder(kEncodings[data[0] % 4]);
  const size_t piece = data[1] + 1u;
  std::string_view raw(reinterpret_cast<const char*>(data + 2), size - 2);
  const Dialect dialect = {.row_bytes_max = 256, .columns_max = 16};
  RowScanner scanner(dialect);
  ScannedRow row;
  std::string text;
  uint64_t taken = 0;
  const uint64_t wanted = raw.size();
  bool last = raw.empty();
  while (true) {
    const Scan scan = scanner.Next(text, last, &row);
    if (scan == Scan::kEnd) break;
    if (scan == Scan::kMore) {
      Require(!last);
      last = raw.size() <= piece;
      decoder.Append(raw.substr(0, piece), last, &text);
      raw.remove_prefix(last ? raw.size() : piece);
      continue;
    }
    if (scan == Scan::kRow) CheckRow(row, dialect);
    Require(row.extent.bytes > 0);
    taken += decoder.RawSize(row.extent);
    text.erase(0, row.extent.bytes);
  }
  // An odd byte at the end of UTF-16 counts as a whole unit.
  Require(taken == wanted || taken == wanted + 1);
  return 0;
}
