// The rows of one batch, decoded in place: cells are views into the bytes that the connector gave,
// so that a row costs neither copies nor allocations. Thread-compatible.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::mapping {

// One connector.v1.Row. Borrows from its table and from the bytes.
struct RowView {
  std::span<const std::string_view> cells;
  std::span<const uint32_t> absent;  // indices of cells without a value
  bool deleted = false;
  std::string_view bytes;  // the whole row, well-formed, with what is only for people to see
};

// Reused for batch after batch.
class RowTable {
 public:
  void Clear();
  // Adds a serialised connector.v1.Rows, as protobuf merges one into another; the bytes outlive
  // what is in the table. False: malformed, or a text in it is not UTF-8.
  bool Merge(std::string_view rows);

  const std::string& location() const { return location_; }
  const google::protobuf::RepeatedPtrField<std::string>& columns() const { return columns_; }
  size_t size() const { return rows_.size(); }
  RowView row(size_t index) const;
  // With everything in it. REQUIRES: a row of a table.
  static connector::v1::Row Whole(const RowView& row);

 private:
  struct Entry {
    std::string_view bytes;
    uint32_t cells = 0;  // where they begin
    uint32_t cell_count = 0;
    uint32_t absent = 0;
    uint32_t absent_count = 0;
    bool deleted = false;
  };
  bool AddRow(std::string_view bytes);
  bool AddAbsent(std::string_view packed);

  std::string location_;
  google::protobuf::RepeatedPtrField<std::string> columns_;
  std::vector<Entry> rows_;
  std::vector<std::string_view> cells_;  // of all rows
  std::vector<uint32_t> absent_;
};

}  // namespace entrepot::mapping
