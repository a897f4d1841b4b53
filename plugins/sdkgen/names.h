// How names of the protos appear in the connector SDK. Used by the generator only.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace entrepot::sdkgen {

// "entrepot/v1/client.proto" → "entrepot/sdk/messages/client.h": all live in one folder, since no
// two of them share a name.
std::string HeaderOf(const google::protobuf::FileDescriptor& file);

// A struct's member: the field's name, with "_" appended where C++ reserves the word.
std::string MemberOf(const google::protobuf::FieldDescriptor& field);

// "ORDER_STATUS_OPEN" of OrderStatus → "kOpen".
std::string ConstantOf(const google::protobuf::EnumValueDescriptor& value);

// Type of one value of the field: "int64_t", "std::string", "Decimal", "OrderStatus".
std::string TypeOf(const google::protobuf::FieldDescriptor& field);

// Suffix of protozero's add_… and get_… functions: "uint64", "string".
std::string WireOf(const google::protobuf::FieldDescriptor& field);

// protozero's wire type of one value: "varint", "length_delimited", "fixed64", "fixed32".
std::string WireTypeOf(const google::protobuf::FieldDescriptor& field);

// Is it a oneof of the proto's author (and not the compiler's, of an `optional` field)?
bool InOneof(const google::protobuf::FieldDescriptor& field);

}  // namespace entrepot::sdkgen
