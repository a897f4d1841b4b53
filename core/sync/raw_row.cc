#include "core/sync/raw_row.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/reason.h"
#include "core/domain/kind.h"

namespace entrepot::sync {
namespace {

using connector::ReadResponse;

// What a person sees where the source has no text of its own.
std::string Joined(const connector::Row& row) {
  std::string text;
  for (const std::string& cell : row.cells()) {
    if (&cell != &row.cells(0)) text += "; ";
    text += cell;
  }
  return text;
}

std::string Place(std::string_view location, uint64_t line, std::string_view raw) {
  if (line != 0) return fmt::format("@{}:{}", location, line);
  return fmt::format("@{} {}", location, raw.substr(0, 200));
}

std::string Kept(const mapping::RowTable& table, connector::Row row) {
  ReadResponse kept;
  auto* rows = kept.mutable_rows();
  rows->set_location(table.location());
  *rows->mutable_columns() = table.columns();
  *rows->add_rows() = std::move(row);
  return kept.SerializeAsString();
}

}  // namespace

RawRow RowOf(const SourceBatch& batch, size_t index) {
  const mapping::RowTable& rows = batch.rows();
  if (index < rows.size()) return {.rows = &rows, .row = rows.row(index)};
  return {.record = &batch.head().records(static_cast<int>(index - rows.size()))};
}

store::ItemSource SourceOf(std::string_view dataset, const RawRow& raw, std::string_view outside_id,
                           int column) {
  store::ItemSource source{.dataset = std::string(dataset), .outside_id = std::string(outside_id)};
  if (raw.record != nullptr) {
    source.raw = raw.record->ShortDebugString();
    ReadResponse kept;
    *kept.add_records() = *raw.record;
    source.row = kept.SerializeAsString();
  } else {
    connector::Row row = mapping::RowTable::Whole(raw.row);
    source.location = raw.rows->location();
    source.line = row.line();
    if (column >= 0 && column < row.positions_size()) source.column = row.positions(column);
    source.raw = row.raw().empty() ? Joined(row) : row.raw();
    source.row = Kept(*raw.rows, std::move(row));
  }
  if (outside_id.empty()) source.outside_id = Place(source.location, source.line, source.raw);
  return source;
}

store::ItemSource SourceOf(std::string_view dataset, const connector::BadRow& bad) {
  return {.dataset = std::string(dataset),
          .outside_id = Place(bad.location(), bad.line(), bad.raw()),
          .location = bad.location(),
          .line = bad.line(),
          .column = bad.column(),
          .raw = bad.raw()};
}

absl::Status ReadKept(const store::ItemSource& source, SourceBatch* batch) {
  if (source.row.empty()) {
    return Failure(absl::StatusCode::kNotFound, "ROW_NOT_KEPT",
                   "the source could not read this row, so there is nothing to map again: "
                   "correct it at its source and read it anew");
  }
  if (!batch->Decode(source.row) || batch->size() != 1) {
    return Failure(absl::StatusCode::kDataLoss, "ROW_BROKEN", "the kept row cannot be read");
  }
  return absl::OkStatus();
}

}  // namespace entrepot::sync
