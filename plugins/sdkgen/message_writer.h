// Writes the C++ of one message: its struct, and the functions that encode and decode it. Used by
// the generator only.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/printer.h>

namespace entrepot::sdkgen {

// Why the message cannot be written; empty: it can. Maps and groups are not supported.
std::string UnsupportedIn(const google::protobuf::Descriptor& message);

void WriteEnum(const google::protobuf::EnumDescriptor& type, google::protobuf::io::Printer& out);
// The struct with its members and the declarations.
void WriteStruct(const google::protobuf::Descriptor& message, google::protobuf::io::Printer& out);
// The bodies.
void WriteFunctions(const google::protobuf::Descriptor& message,
                    google::protobuf::io::Printer& out);

}  // namespace entrepot::sdkgen
