// The protoc plugin that writes the connector SDK's messages: for each .proto one header of plain
// structs that encode and decode themselves with protozero, so that a connector needs no protobuf.
// Run at build time only.
#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.h>
#include <google/protobuf/io/printer.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plugins/sdkgen/message_writer.h"
#include "plugins/sdkgen/names.h"

namespace entrepot::sdkgen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::compiler::CodeGenerator;
using google::protobuf::compiler::GeneratorContext;
using google::protobuf::io::Printer;

// The messages of one file so that each stands after those it holds.
class Order {
 public:
  // False: messages hold each other in a circle, which structs cannot.
  bool Add(const Descriptor& message) {
    if (done_.count(&message) > 0) return true;
    if (!open_.insert(&message).second) return false;
    for (int i = 0; i < message.field_count(); ++i) {
      const Descriptor* type = message.field(i)->message_type();
      if (type != nullptr && type->file() == message.file() && !Add(*type)) return false;
    }
    open_.erase(&message);
    done_.insert(&message);
    messages_.push_back(&message);
    return true;
  }
  const std::vector<const Descriptor*>& messages() const { return messages_; }

 private:
  std::set<const Descriptor*> open_;
  std::set<const Descriptor*> done_;
  std::vector<const Descriptor*> messages_;
};

std::set<std::string> HeadersUsedBy(const FileDescriptor& file) {
  std::set<std::string> headers;
  for (int i = 0; i < file.message_type_count(); ++i) {
    for (int j = 0; j < file.message_type(i)->field_count(); ++j) {
      const FieldDescriptor& field = *file.message_type(i)->field(j);
      const FileDescriptor* other = nullptr;
      if (field.message_type() != nullptr) other = field.message_type()->file();
      if (field.enum_type() != nullptr) other = field.enum_type()->file();
      if (other != nullptr && other != &file) headers.insert(HeaderOf(*other));
    }
  }
  return headers;
}

void WriteHeader(const FileDescriptor& file, const Order& order, Printer& out) {
  out.Print("// Generated from $file$. Part of the connector SDK.\n#pragma once\n\n", "file",
            file.name());
  for (const char* header : {"cstdint", "optional", "string", "string_view", "variant", "vector"}) {
    out.Print("#include <$header$>\n", "header", header);
  }
  out.Print("\n#include \"entrepot/sdk/detail/wire.h\"\n");
  for (const std::string& header : HeadersUsedBy(file)) {
    out.Print("#include \"$header$\"\n", "header", header);
  }
  out.Print("\nnamespace entrepot::sdk {\n\n");
  for (int i = 0; i < file.enum_type_count(); ++i) WriteEnum(*file.enum_type(i), out);
  for (const Descriptor* message : order.messages()) WriteStruct(*message, out);
  for (const Descriptor* message : order.messages()) WriteFunctions(*message, out);
  out.Print("}  // namespace entrepot::sdk\n");
}

class Generator final : public CodeGenerator {
 public:
  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

  bool Generate(const FileDescriptor* file, const std::string&, GeneratorContext* context,
                std::string* error) const override {
    Order order;
    for (int i = 0; i < file->message_type_count(); ++i) {
      *error = UnsupportedIn(*file->message_type(i));
      if (error->empty() && !order.Add(*file->message_type(i))) {
        *error = file->message_type(i)->full_name() + " holds itself";
      }
      if (!error->empty()) {
        *error += ": the connector SDK cannot carry that";
        return false;
      }
    }
    std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(
        context->Open(HeaderOf(*file)));
    Printer out(stream.get(), '$');
    WriteHeader(*file, order, out);
    return true;
  }
};

}  // namespace
}  // namespace entrepot::sdkgen

int main(int argc, char** argv) {
  const entrepot::sdkgen::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
