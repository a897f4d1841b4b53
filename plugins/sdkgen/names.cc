#include "plugins/sdkgen/names.h"

#include <cctype>
#include <set>

namespace entrepot::sdkgen {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// "OrderStatus" → "ORDER_STATUS_".
std::string ScreamingPrefix(const std::string& name) {
  std::string prefix;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (i > 0 && std::isupper(c)) prefix += '_';
    prefix += static_cast<char>(std::toupper(c));
  }
  return prefix + "_";
}

}  // namespace

std::string HeaderOf(const FileDescriptor& file) {
  std::string name = file.name();
  name = name.substr(name.rfind('/') + 1);
  return "entrepot/sdk/messages/" + name.substr(0, name.rfind('.')) + ".h";
}

std::string MemberOf(const FieldDescriptor& field) {
  static const std::set<std::string> reserved = {
      "and",    "auto",     "bool",      "case",   "class",   "const",    "default", "delete",
      "double", "enum",     "explicit",  "float",  "for",     "friend",   "goto",    "if",
      "int",    "long",     "namespace", "new",    "not",     "operator", "or",      "private",
      "public", "return",   "short",     "signed", "static",  "struct",   "switch",  "template",
      "this",   "typename", "union",     "using",  "virtual", "void",     "while"};
  return field.name() + (reserved.count(field.name()) > 0 ? "_" : "");
}

std::string ConstantOf(const EnumValueDescriptor& value) {
  std::string rest = value.name();
  const std::string prefix = ScreamingPrefix(value.type()->name());
  if (rest.rfind(prefix, 0) == 0) rest = rest.substr(prefix.size());
  std::string constant = "k";
  bool upper = true;
  for (const char c : rest) {
    if (c == '_') {
      upper = true;
      continue;
    }
    const auto u = static_cast<unsigned char>(c);
    constant += static_cast<char>(upper ? std::toupper(u) : std::tolower(u));
    upper = false;
  }
  return constant;
}

std::string TypeOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return "int32_t";
    case FieldDescriptor::CPPTYPE_INT64: return "int64_t";
    case FieldDescriptor::CPPTYPE_UINT32: return "uint32_t";
    case FieldDescriptor::CPPTYPE_UINT64: return "uint64_t";
    case FieldDescriptor::CPPTYPE_DOUBLE: return "double";
    case FieldDescriptor::CPPTYPE_FLOAT: return "float";
    case FieldDescriptor::CPPTYPE_BOOL: return "bool";
    case FieldDescriptor::CPPTYPE_ENUM: return field.enum_type()->name();
    case FieldDescriptor::CPPTYPE_STRING: return "std::string";
    case FieldDescriptor::CPPTYPE_MESSAGE: return field.message_type()->name();
  }
  return "";
}

std::string WireOf(const FieldDescriptor& field) {
  // Enums travel as int32.
  if (field.type() == FieldDescriptor::TYPE_ENUM) return "int32";
  return field.type_name();
}

std::string WireTypeOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_FLOAT: return "fixed32";
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
    case FieldDescriptor::TYPE_DOUBLE: return "fixed64";
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE: return "length_delimited";
    default: return "varint";
  }
}

bool InOneof(const FieldDescriptor& field) { return field.real_containing_oneof() != nullptr; }

}  // namespace entrepot::sdkgen
