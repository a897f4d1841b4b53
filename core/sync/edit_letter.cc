#include "core/sync/edit_letter.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/ports.h"

namespace entrepot::sync {
namespace {

using connector::Row;
using connector::Rows;

absl::Status NotARow(std::string_view sentence) {
  return Failure(absl::StatusCode::kFailedPrecondition, "NOT_A_ROW", sentence);
}

// The one row of a kept batch; nothing: it holds none.
std::optional<Rows> RowIn(const std::string& kept) {
  connector::ReadResponse batch;
  if (kept.empty() || !batch.ParseFromString(kept) || batch.rows().rows_size() != 1) {
    return std::nullopt;
  }
  return batch.rows();
}

absl::StatusOr<Rows> EditableRow(const store::DeadLetter& letter) {
  if (letter.record_id != 0) {
    return NotARow(fmt::format(
        "dead letter {} is a delivery, not a row: correct the record in the hub or in the system "
        "that owns it, then \"entrepot dead-letters replay {}\"; or discard it where the other "
        "side is right",
        letter.id, letter.id));
  }
  if (auto rows = RowIn(letter.source.row)) return *std::move(rows);
  return NotARow(fmt::format(
      "dead letter {} was not read as a row with columns: correct it in {} and let it be read "
      "again, then discard this",
      letter.id, letter.source.location.empty() ? "its source" : letter.source.location));
}

std::optional<std::string> ValueAt(const Row& row, int index) {
  const auto& absent = row.absent();
  const bool has =
      index < row.cells_size() &&
      std::find(absent.begin(), absent.end(), static_cast<uint32_t>(index)) == absent.end();
  return has ? std::optional(row.cells(index)) : std::nullopt;
}

void SetValue(Row* row, int index, const std::optional<std::string>& value) {
  while (row->cells_size() <= index) row->add_cells();
  row->set_cells(index, value.value_or(""));
  std::vector<uint32_t> absent(row->absent().begin(), row->absent().end());
  std::erase(absent, static_cast<uint32_t>(index));
  if (!value) absent.push_back(static_cast<uint32_t>(index));
  std::sort(absent.begin(), absent.end());
  row->mutable_absent()->Assign(absent.begin(), absent.end());
}

absl::StatusOr<int> ColumnOf(const Rows& rows, const std::string& name) {
  const auto found = std::find(rows.columns().begin(), rows.columns().end(), name);
  if (found != rows.columns().end()) return static_cast<int>(found - rows.columns().begin());
  const std::vector<std::string> known(rows.columns().begin(), rows.columns().end());
  return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_COLUMN",
                 fmt::format("the row has no column \"{}\"{}", name, DidYouMean(name, known)));
}

}  // namespace

absl::StatusOr<store::DeadLetter> EditLetter(store::Transaction& tx, uint64_t id,
                                             std::span<const CellChange> changes,
                                             std::string_view actor) {
  ASSIGN_OR_RETURN(auto letter, tx.GetDeadLetter(id));
  if (!letter) {
    return Failure(absl::StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND",
                   fmt::format("there is no dead letter {}: it was replayed or discarded, or "
                               "another row came for its key",
                               id));
  }
  if (changes.empty()) {
    return Failure(absl::StatusCode::kInvalidArgument, "NO_CHANGES",
                   "name at least one column and its new value");
  }
  ASSIGN_OR_RETURN(Rows rows, EditableRow(*letter));
  const std::string before = letter->source.row;
  for (const CellChange& change : changes) {
    ASSIGN_OR_RETURN(const int column, ColumnOf(rows, change.column));
    Row* row = rows.mutable_rows(0);
    const auto old_value = ValueAt(*row, column);
    if (old_value == change.value) continue;
    SetValue(row, column, change.value);
    RETURN_IF_ERROR(tx.SaveRowEdit({.dataset = letter->source.dataset,
                                    .outside_id = letter->source.outside_id,
                                    .column = change.column,
                                    .before = old_value.value_or(""),
                                    .after = change.value.value_or(""),
                                    .actor = std::string(actor),
                                    .at = tx.now()}));
    letter->edited_by = std::string(actor);
    letter->edited_at = tx.now();
  }
  connector::ReadResponse kept;
  *kept.mutable_rows() = std::move(rows);
  letter->source.row = kept.SerializeAsString();
  if (letter->source.row != before && letter->original_row.empty()) letter->original_row = before;
  RETURN_IF_ERROR(tx.Bury(*letter).status());
  return *std::move(letter);
}

std::vector<LetterCell> CellsOf(const store::DeadLetter& letter) {
  const auto rows = RowIn(letter.source.row);
  if (!rows) return {};
  const auto original = RowIn(letter.original_row);
  std::vector<LetterCell> cells;
  for (int i = 0; i < rows->columns_size(); ++i) {
    LetterCell cell{.column = rows->columns(i), .value = ValueAt(rows->rows(0), i)};
    if (original) cell.original = ValueAt(original->rows(0), i);
    cell.changed = original && cell.original != cell.value;
    if (!cell.changed) cell.original.reset();
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace entrepot::sync
