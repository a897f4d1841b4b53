// A record's body as people write it, in JSON or YAML, by the names of its fields:
//   {"code": "C-9", "name": "Bolts", "contact_points": [{"type": "email", "value": "a@b.example"}]}
// `null` clears a field. Names no kind: all is read from descriptors.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace entrepot::cli {

// `path` "-": standard input. `fields` gets the names of the fields that the file speaks of. Usage
// errors name file, line and column.
absl::Status ReadRecordFile(const std::string& path, google::protobuf::Message* body,
                            std::vector<std::string>* fields);

// From text; `name` stands in errors.
absl::Status ParseRecord(const std::string& name, const std::string& text,
                         google::protobuf::Message* body, std::vector<std::string>* fields);

}  // namespace entrepot::cli
