#include "core/sync/raw_row.h"

#include <fmt/core.h>

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

void KeepRow(const RawRow& raw, store::ItemSource* source) {
  ReadResponse kept;
  auto* rows = kept.mutable_rows();
  rows->set_location(raw.rows->location());
  *rows->mutable_columns() = raw.rows->columns();
  *rows->add_rows() = *raw.row;
  source->row = kept.SerializeAsString();
}

}  // namespace

store::ItemSource SourceOf(std::string_view dataset, const RawRow& raw, std::string_view outside_id,
                           int column) {
  store::ItemSource source{.dataset = std::string(dataset), .outside_id = std::string(outside_id)};
  if (raw.record != nullptr) {
    source.raw = raw.record->ShortDebugString();
    ReadResponse kept;
    *kept.add_records() = *raw.record;
    source.row = kept.SerializeAsString();
  } else {
    source.location = raw.rows->location();
    source.line = raw.row->line();
    if (column >= 0 && column < raw.row->positions_size()) {
      source.column = raw.row->positions(column);
    }
    source.raw = raw.row->raw().empty() ? Joined(*raw.row) : raw.row->raw();
    KeepRow(raw, &source);
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

absl::StatusOr<ReadResponse> KeptRow(const store::ItemSource& source) {
  if (source.row.empty()) {
    return Failure(absl::StatusCode::kNotFound, "ROW_NOT_KEPT",
                   "the source could not read this row, so there is nothing to map again: "
                   "correct it at its source and read it anew");
  }
  ReadResponse batch;
  if (!batch.ParseFromString(source.row) || batch.rows().rows_size() + batch.records_size() != 1) {
    return Failure(absl::StatusCode::kDataLoss, "ROW_BROKEN", "the kept row cannot be read");
  }
  return batch;
}

RawRow OnlyRowOf(const ReadResponse& batch) {
  if (batch.records_size() == 1) return {.record = &batch.records(0)};
  return {.rows = &batch.rows(), .row = &batch.rows().rows(0)};
}

}  // namespace entrepot::sync
