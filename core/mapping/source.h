// The text of a field: taken from the row's cells, matched, replaced and looked up, as the
// configuration says. Compiled once; reading does not allocate in steady state. Thread-compatible.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/mapping/lookup.h"
#include "core/mapping/mapping.h"
#include "core/mapping/text.h"
#include "re2/re2.h"

namespace entrepot::mapping {

// The cells of one row by slot: a slot is a column that the mapping uses, `bound` its cell.
struct Cells {
  RowView row;
  const std::vector<int>* bound = nullptr;

  int Index(int slot) const { return (*bound)[slot]; }
  // Trimmed; empty where the cell has no value.
  std::string_view Text(int slot) const {
    const int cell = Index(slot);
    if (!row.absent.empty() && Absent(cell)) return {};
    return Trim(row.cells[cell]);
  }
  bool Absent(int cell) const;
};

// Whose form a text has: the outside system's, or the hub's own (constants, defaults, values).
enum class TextForm { kOutside, kHub };

struct SourceText {
  std::string_view text;  // empty: no value
  TextForm form = TextForm::kOutside;
};

// Filled by the compiler of mappings.
class TextSource {
 public:
  // Slots of the columns; none: the constant.
  std::vector<int> slots;
  std::string separator;  // between several columns' texts
  std::string constant;
  std::vector<std::string> empty_texts;
  std::unique_ptr<RE2> match;
  bool replaces = false;
  std::string replacement;
  absl::flat_hash_map<std::string, std::string> values;
  bool has_values = false;
  const LookupTable* table = nullptr;
  bool has_default = false;
  std::string default_text;

  // The whole text, matched. False: `fault` says why; its field is left to the caller.
  bool Read(const Cells& cells, SourceText* result, RowFault* fault);
  // A text, or a piece of one, after its look-ups and with its default. False as above.
  bool LookUp(const Cells& cells, SourceText* result, RowFault* fault) const;

 private:
  std::string_view Join(const Cells& cells);
  bool Match(const Cells& cells, SourceText* result, RowFault* fault);
  bool FallBack(SourceText* result) const;
  bool IsEmptyText(std::string_view text) const;
  bool Fail(const Cells& cells, std::string reason, RowFault* fault) const;
  std::string DescribeValues(std::string_view text) const;

  // Reused from row to row; results borrow from them.
  std::string joined_;
  std::string replaced_;
};

}  // namespace entrepot::mapping
