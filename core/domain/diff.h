// The difference of two revisions of a record, field by field, for people: history, conflicts,
// previews.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace entrepot::domain {

struct FieldDifference {
  std::string path;  // "lines[2].back_ordered", elements counted from 0
  // JSON: 12.5 for a decimal, "2024-02-29" for a day, "substitute" for an enumeration; empty:
  // absent.
  std::string before;
  std::string after;
};

// In order of fields. The messages are of one type; nullptr: there is none.
std::vector<FieldDifference> Diff(const google::protobuf::Message* before,
                                  const google::protobuf::Message* after);

}  // namespace entrepot::domain
