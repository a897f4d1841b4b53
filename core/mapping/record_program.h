// A compiled mapping read backwards: what stands in each column. Made by record_compiler.h, run by
// RecordMapper.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/mapping/value_text.h"
#include "re2/re2.h"

namespace entrepot::mapping {

// The text of one field.
struct FieldText {
  std::vector<const google::protobuf::FieldDescriptor*> path;  // outermost message first
  std::string name;                                            // "price.amount"
  int column = -1;
  ValueText outside;  // in the column's form
  ValueText hub;      // in the hub's, as `values` name it
  std::string split;  // between the values of a repeated field
  bool has_values = false;
  absl::flat_hash_map<std::string, std::string> values;  // hub's text to the column's
  std::string default_text;                              // what an empty cell stands for
  std::shared_ptr<const RE2> match;                      // what reading wants; shared by copies
  // Of an amount whose currency stands in no column: the only one that can be written.
  std::string currency;
};

// A repeated field whose elements have columns of their own: an element goes where all constants
// are its own.
struct ElementText {
  struct Constant {
    const google::protobuf::FieldDescriptor* field;
    ValueText hub;
    std::string text;  // in the hub's form
  };
  std::vector<Constant> constants;
  std::vector<FieldText> fields;  // paths begin at the element
};

struct ElementsText {
  std::vector<const google::protobuf::FieldDescriptor*> path;
  std::string name;
  std::vector<ElementText> elements;
};

// What is not a field.
struct PlainText {
  enum class Of { kConstant, kKey, kId, kRevision, kDeleted };
  Of of{};
  std::string constant;
  int column = -1;
  absl::flat_hash_map<std::string, std::string> values;  // empty: as it is
};

struct RecordProgram {
  std::vector<std::string> columns;
  std::vector<FieldText> fields;
  std::vector<ElementsText> elements;
  std::vector<PlainText> plain;
  std::vector<int> key_columns;      // one for each part of the outside id
  std::vector<bool> key_from_field;  // the column is written from a field
};

}  // namespace entrepot::mapping
