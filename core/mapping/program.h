// A compiled mapping: what is done to a row, field by field. Made by compiler.h, run by RowMapper.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/mapping/source.h"
#include "core/mapping/value_text.h"
#include "core/mapping/writer.h"

namespace entrepot::mapping {

struct FieldProgram;

// One message below a field: made unless all its columns are empty.
struct ElementProgram {
  std::vector<FieldProgram> fields;
  std::vector<int> slots;  // of all its columns; none: it is always made
};

// One field of a message: from a text, or from `elements`.
struct FieldProgram {
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string name;  // "price.amount"
  TextSource source;
  std::string split;
  bool required = false;
  bool in_key = false;                        // required for the kind's sake
  std::optional<ValueWriter> outside_writer;  // of texts in the outside system's form
  std::optional<ValueWriter> hub_writer;      // of texts in the hub's own form
  std::optional<ValueText> outside_text;      // the way back
  std::optional<ValueText> hub_text;
  std::vector<ElementProgram> elements;
};

struct Program {
  std::vector<std::string> columns;  // by slot
  std::vector<int> key_slots;
  std::vector<FieldProgram> fields;
  int deleted_slot = -1;
  std::vector<std::string> deleted_texts;
  std::vector<int> covers;
  std::string currency;  // of money whose own is empty
};

}  // namespace entrepot::mapping
