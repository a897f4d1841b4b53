// A person's corrections of a row among the dead letters. The row as it came is kept beside it, and
// every change is kept with who made it. Replaying it is a step of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/transaction.h"

namespace entrepot::sync {

// A cell's new value; nothing: it shall have none.
struct CellChange {
  std::string column;
  std::optional<std::string> value;
};

// Cells of a letter's row, as they are and, where a person has changed them, as they came.
struct LetterCell {
  std::string column;
  std::optional<std::string> value;
  bool changed = false;
  std::optional<std::string> original;  // where changed
};

// The letter as changed. NOT_FOUND (DEAD_LETTER_NOT_FOUND); FAILED_PRECONDITION (NOT_A_ROW: a
// delivery, a typed record, or what was never read as a row; the sentence says what to do instead);
// INVALID_ARGUMENT (UNKNOWN_COLUMN, NO_CHANGES). Values are UTF-8.
absl::StatusOr<store::DeadLetter> EditLetter(store::Transaction& tx, uint64_t id,
                                             std::span<const CellChange> changes,
                                             std::string_view actor);

// Empty: the letter holds no row.
std::vector<LetterCell> CellsOf(const store::DeadLetter& letter);

}  // namespace entrepot::sync
