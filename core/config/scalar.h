// Scalars of the configuration: a text becomes the value of a field, by the field's type and rule.
#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace entrepot::config {

// Is the field given by a scalar? Durations are.
bool IsScalar(const google::protobuf::FieldDescriptor& field);

// Sets the field, or adds an element where it is repeated. `folder`: where relative paths start. An
// empty string: done; else a sentence on what is wrong and what would be right.
std::string SetScalar(std::string_view text, const google::protobuf::FieldDescriptor& field,
                      std::string_view folder, google::protobuf::Message* message);

// "a number from 1 to 100", "yes or no": what SetScalar expects.
std::string DescribeScalar(const google::protobuf::FieldDescriptor& field);

}  // namespace entrepot::config
