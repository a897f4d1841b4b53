#include "core/mapping/row_table.h"

#include "core/mapping/text.h"
#include "core/mapping/wire_reader.h"

namespace entrepot::mapping {
namespace {

using connector::v1::Row;
using connector::v1::Rows;

bool AreVarints(std::string_view packed) {
  uint64_t value = 0;
  for (WireReader reader(packed); !reader.done();) {
    if (!reader.Varint(&value)) return false;
  }
  return true;
}

}  // namespace

void RowTable::Clear() {
  location_.clear();
  columns_.Clear();
  rows_.clear();
  cells_.clear();
  absent_.clear();
}

bool RowTable::Merge(std::string_view rows) {
  for (WireReader reader(rows); !reader.done();) {
    uint32_t tag = 0;
    std::string_view bytes;
    if (!reader.Tag(&tag)) return false;
    switch (tag) {
      case BytesTag(Rows::kRowsFieldNumber):
        if (!reader.Bytes(&bytes) || !AddRow(bytes)) return false;
        break;
      case BytesTag(Rows::kColumnsFieldNumber):
        if (!reader.Bytes(&bytes) || !IsUtf8(bytes)) return false;
        columns_.Add()->assign(bytes);
        break;
      case BytesTag(Rows::kLocationFieldNumber):
        if (!reader.Bytes(&bytes) || !IsUtf8(bytes)) return false;
        location_.assign(bytes);
        break;
      default:
        if (!reader.Skip(tag)) return false;
    }
  }
  return true;
}

bool RowTable::AddRow(std::string_view bytes) {
  Entry& row = rows_.emplace_back();
  row.bytes = bytes;
  row.cells = static_cast<uint32_t>(cells_.size());
  row.absent = static_cast<uint32_t>(absent_.size());
  for (WireReader reader(bytes); !reader.done();) {
    uint32_t tag = 0;
    uint64_t number = 0;
    std::string_view value;
    if (!reader.Tag(&tag)) return false;
    switch (tag) {
      case BytesTag(Row::kCellsFieldNumber):
        if (!reader.Bytes(&value)) return false;
        cells_.push_back(value);
        break;
      case BytesTag(Row::kPositionsFieldNumber):
        if (!reader.Bytes(&value) || !AreVarints(value)) return false;
        break;
      case BytesTag(Row::kAbsentFieldNumber):
        if (!reader.Bytes(&value) || !AddAbsent(value)) return false;
        break;
      case VarintTag(Row::kAbsentFieldNumber):
        if (!reader.Varint(&number)) return false;
        absent_.push_back(static_cast<uint32_t>(number));
        break;
      case VarintTag(Row::kDeletedFieldNumber):
        if (!reader.Varint(&number)) return false;
        row.deleted = number != 0;
        break;
      default:
        if (!reader.Skip(tag)) return false;
    }
  }
  row.cell_count = static_cast<uint32_t>(cells_.size()) - row.cells;
  row.absent_count = static_cast<uint32_t>(absent_.size()) - row.absent;
  return true;
}

bool RowTable::AddAbsent(std::string_view packed) {
  uint64_t index = 0;
  for (WireReader reader(packed); !reader.done();) {
    if (!reader.Varint(&index)) return false;
    absent_.push_back(static_cast<uint32_t>(index));
  }
  return true;
}

RowView RowTable::row(size_t index) const {
  const Entry& row = rows_[index];
  return {.cells = {cells_.data() + row.cells, row.cell_count},
          .absent = {absent_.data() + row.absent, row.absent_count},
          .deleted = row.deleted,
          .bytes = row.bytes};
}

Row RowTable::Whole(const RowView& row) {
  Row whole;
  whole.ParseFromArray(row.bytes.data(), static_cast<int>(row.bytes.size()));
  return whole;
}

}  // namespace entrepot::mapping
