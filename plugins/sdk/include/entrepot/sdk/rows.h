// Rows in both directions. RowsWriter is the hot path of a source: writes rows directly as wire
// bytes of entrepot.connector.v1.Rows, without an object per row or cell. A million rows a second
// and more leave one core. Used through Batch::rows(). Part of the connector SDK; not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "entrepot/sdk/error.h"
#include "entrepot/sdk/messages/connector.h"

namespace entrepot::sdk {

// The cell at `index` of a row that the hub sends (ApplyItem::row); nullopt: it has no value at all
// (SQL's NULL), or the row is shorter. Borrowed from the row.
inline std::optional<std::string_view> CellOf(const Row& row, size_t index) {
  if (index >= row.cells.size()) return std::nullopt;
  if (std::binary_search(row.absent.begin(), row.absent.end(), index)) return std::nullopt;
  return row.cells[index];
}

// What a row has beside its cells.
struct RowFacts {
  // Line in the location, from 1; 0: unknown.
  uint64_t line = 0;
  // The row as it came, as UTF-8; empty: the cells say it all. Borrowed until EndRow returns.
  std::string_view raw = {};
  // The row says that its record is deleted; only the key's cells need values.
  bool deleted = false;
};

// One location's rows. The order of calls: Begin once, then for each row a cell for every column
// and EndRow. Bytes come out as protobuf itself would write them.
class RowsWriter {
 public:
  // Starts a batch of rows. `location` names the file, table or page; `columns` the cells, once.
  // Forgets whatever was written before.
  void Begin(std::string_view location, std::span<const std::string_view> columns) {
    Start(location);
    for (const std::string_view column : columns) AppendColumn(column);
  }
  void Begin(std::string_view location, std::span<const std::string> columns) {
    Start(location);
    for (const std::string& column : columns) AppendColumn(column);
  }

  // The next cell of the row. `text` is UTF-8 (a source in another encoding converts it) and copied
  // at once. `position` is the cell's first character in the line, from 1; 0: unknown. Positions
  // are sent when the row's first cell has one, so give them for all cells of a row or for none.
  void Cell(std::string_view text, uint32_t position = 0) {
    AppendField(cells_, kCell, text);
    if (position != 0) AppendVarint(positions_, position);
    ++cell_count_;
  }

  // The next cell has no value at all (SQL's NULL); an empty text is a value.
  void AbsentCell(uint32_t position = 0) {
    AppendVarint(absent_, cell_count_);
    Cell({}, position);
  }

  // Ends the row. Throws Internal when it has not one cell for every column; a row of a source's
  // that is short or long is the source's mistake: give it to Batch::AddBadRow after DropRow.
  void EndRow(const RowFacts& facts = {}) {
    if (cell_count_ != column_count_) FailWidth();
    if (facts.line != 0) AppendScalar(cells_, kLine, facts.line);
    if (!positions_.empty()) AppendField(cells_, kPositions, positions_);
    if (!facts.raw.empty()) AppendField(cells_, kRaw, facts.raw);
    if (!absent_.empty()) AppendField(cells_, kAbsent, absent_);
    if (facts.deleted) AppendScalar(cells_, kDeleted, 1);
    AppendField(bytes_, kRow, cells_);
    ++row_count_;
    DropRow();
  }

  // Forgets the cells since the last EndRow.
  void DropRow() {
    cells_.clear();
    positions_.clear();
    absent_.clear();
    cell_count_ = 0;
  }

  // Has Begin been called?
  bool begun() const { return begun_; }
  // Cells given since the last EndRow.
  uint32_t cell_count() const { return cell_count_; }
  uint32_t column_count() const { return column_count_; }
  // Rows ended.
  uint32_t row_count() const { return row_count_; }
  // The serialised Rows so far; valid until the next call.
  const std::string& bytes() const { return bytes_; }

 private:
  // Tags of Rows and Row: (field number << 3) | wire type. All fit one byte.
  static constexpr uint8_t kLocation = (1 << 3) | 2, kColumn = (2 << 3) | 2, kRow = (3 << 3) | 2;
  static constexpr uint8_t kCell = (1 << 3) | 2, kLine = (2 << 3) | 0, kPositions = (3 << 3) | 2;
  static constexpr uint8_t kRaw = (4 << 3) | 2, kAbsent = (5 << 3) | 2, kDeleted = (6 << 3) | 0;

  void Start(std::string_view location) {
    DropRow();
    bytes_.clear();
    column_count_ = row_count_ = 0;
    begun_ = true;
    if (!location.empty()) AppendField(bytes_, kLocation, location);
  }

  void AppendColumn(std::string_view column) {
    AppendField(bytes_, kColumn, column);
    ++column_count_;
  }

  static char* PutVarint(char* to, uint64_t value) {
    while (value >= 0x80) {
      *to++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *to++ = static_cast<char>(value);
    return to;
  }

  static void AppendVarint(std::string& to, uint64_t value) {
    char buffer[10];
    to.append(buffer, static_cast<size_t>(PutVarint(buffer, value) - buffer));
  }

  static void AppendScalar(std::string& to, uint8_t tag, uint64_t value) {
    char buffer[11];
    buffer[0] = static_cast<char>(tag);
    to.append(buffer, static_cast<size_t>(PutVarint(buffer + 1, value) - buffer));
  }

  static void AppendField(std::string& to, uint8_t tag, std::string_view value) {
    char buffer[11];
    buffer[0] = static_cast<char>(tag);
    to.append(buffer, static_cast<size_t>(PutVarint(buffer + 1, value.size()) - buffer));
    to.append(value);
  }

  [[noreturn]] void FailWidth() const {
    throw Internal("a row has " + std::to_string(cell_count_) + " cells for " +
                   std::to_string(column_count_) + " columns");
  }

  std::string bytes_;
  std::string cells_;      // of the row being written
  std::string positions_;  // varints of the row being written
  std::string absent_;     // varints of the row being written
  uint32_t cell_count_ = 0;
  uint32_t column_count_ = 0;
  uint32_t row_count_ = 0;
  bool begun_ = false;
};

}  // namespace entrepot::sdk
