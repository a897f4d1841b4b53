#include "plugins/sdkgen/message_writer.h"

#include <sstream>
#include <string>

#include "plugins/sdkgen/names.h"

namespace entrepot::sdkgen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using google::protobuf::SourceLocation;
using google::protobuf::io::Printer;

template <typename D>
void WriteComment(const D& descriptor, Printer& out) {
  SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return;
  std::istringstream lines(location.leading_comments);
  for (std::string line; std::getline(lines, line);) out.Print("//$line$\n", "line", line);
}

bool IsMessage(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE;
}

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsEnum(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_ENUM; }

std::string VariantOf(const OneofDescriptor& oneof) {
  std::string types = "std::monostate";
  for (int i = 0; i < oneof.field_count(); ++i) types += ",\n    " + TypeOf(*oneof.field(i));
  return "std::variant<" + types + ">";
}

void WriteMember(const FieldDescriptor& field, Printer& out) {
  WriteComment(field, out);
  const std::string type = TypeOf(field);
  const std::string name = MemberOf(field);
  if (field.is_repeated()) {
    out.Print("std::vector<$type$> $name$;\n", "type", type, "name", name);
  } else if (field.has_presence()) {
    out.Print("std::optional<$type$> $name$;\n", "type", type, "name", name);
  } else {
    out.Print(IsText(field) ? "$type$ $name$;\n" : "$type$ $name${};\n", "type", type, "name",
              name);
  }
}

// The expression that protozero's add_… takes for a value.
std::string Argument(const FieldDescriptor& field, const std::string& value) {
  return IsEnum(field) ? "static_cast<int32_t>(" + value + ")" : value;
}

void WriteOne(const FieldDescriptor& field, const std::string& value, Printer& out) {
  const std::string number = std::to_string(field.number());
  if (IsMessage(field)) {
    out.Print("detail::AppendMessage(writer, out, $number$, $value$);\n", "number", number, "value",
              value);
  } else {
    out.Print("writer.add_$wire$($number$, $value$);\n", "wire", WireOf(field), "number", number,
              "value", Argument(field, value));
  }
}

void WriteEncode(const FieldDescriptor& field, Printer& out) {
  const std::string name = MemberOf(field);
  if (field.is_packed()) {
    out.Print(IsEnum(field) ? "detail::AppendPackedEnum(writer, $number$, $name$);\n"
                            : "writer.add_packed_$wire$($number$, $name$.begin(), $name$.end());\n",
              "wire", WireOf(field), "number", std::to_string(field.number()), "name", name);
  } else if (field.is_repeated()) {
    out.Print("for (const auto& item : $name$) ", "name", name);
    WriteOne(field, "item", out);
  } else if (InOneof(field)) {
    // 0 is std::monostate.
    const std::string index = std::to_string(field.index_in_oneof() + 1);
    out.Print("if ($oneof$.index() == $index$) ", "oneof", field.containing_oneof()->name(),
              "index", index);
    WriteOne(field, "std::get<" + index + ">(" + field.containing_oneof()->name() + ")", out);
  } else if (field.has_presence()) {
    out.Print("if ($name$) ", "name", name);
    WriteOne(field, "*" + name, out);
  } else {
    out.Print(IsText(field)   ? "if (!$name$.empty()) "
              : IsEnum(field) ? "if ($name$ != $type${}) "
                              : "if ($name$ != 0) ",
              "name", name, "type", TypeOf(field));
    WriteOne(field, name, out);
  }
}

// The expression that reads one value. A bool may be any varint, which protozero's get_bool
// refuses.
std::string Get(const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_BOOL) return "reader.get_uint64() != 0";
  const std::string get = "reader.get_" + WireOf(field) + "()";
  return IsEnum(field) ? "static_cast<" + TypeOf(field) + ">(" + get + ")" : get;
}

std::string Assign(const FieldDescriptor& field) {
  const std::string name = MemberOf(field);
  if (IsMessage(field)) {
    if (field.is_repeated()) return name + ".emplace_back().Merge(detail::ViewOf(reader));";
    if (InOneof(field)) {
      return "detail::MergeOneof<" + std::to_string(field.index_in_oneof() + 1) + ">(" +
             field.containing_oneof()->name() + ", reader);";
    }
    return "detail::MergeOptional(" + name + ", reader);";
  }
  if (field.is_repeated()) return name + ".push_back(" + Get(field) + ");";
  if (InOneof(field)) {
    return field.containing_oneof()->name() + ".emplace<" +
           std::to_string(field.index_in_oneof() + 1) + ">(" + Get(field) + ");";
  }
  return name + " = " + Get(field) + ";";
}

void WriteCase(int number, const std::string& wire_type, const std::string& body, Printer& out) {
  out.Print(
      "case protozero::tag_and_type($number$, protozero::pbf_wire_type::$type$):\n"
      "  $body$\n"
      "  break;\n",
      "number", std::to_string(number), "type", wire_type, "body", body);
}

void WriteDecode(const FieldDescriptor& field, Printer& out) {
  WriteCase(field.number(), WireTypeOf(field), Assign(field), out);
  if (!field.is_repeated() || !field.is_packable()) return;
  // Packed and single values are both valid for the same field.
  const std::string name = MemberOf(field);
  const std::string value =
      IsEnum(field) ? "static_cast<" + TypeOf(field) + ">(value)" : std::string("value");
  WriteCase(field.number(), "length_delimited",
            "for (const auto value : reader.get_packed_" + WireOf(field) + "()) " + name +
                ".push_back(" + value + ");",
            out);
}

void WriteOneofName(const Descriptor& message, const OneofDescriptor& oneof, Printer& out) {
  out.Print(
      "inline std::string_view $message$::$oneof$_name() const {\n"
      "  static constexpr std::string_view kNames[] = {\"\"",
      "message", message.name(), "oneof", oneof.name());
  for (int i = 0; i < oneof.field_count(); ++i) {
    out.Print(", \"$name$\"", "name", oneof.field(i)->name());
  }
  out.Print("};\n  return kNames[$oneof$.index()];\n}\n\n", "oneof", oneof.name());
}

}  // namespace

std::string UnsupportedIn(const Descriptor& message) {
  if (message.nested_type_count() > 0) return message.full_name() + " holds another message";
  if (message.enum_type_count() > 0) return message.full_name() + " holds an enum";
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.is_map() || field.type() == FieldDescriptor::TYPE_GROUP) {
      return field.full_name() + " is a map or a group";
    }
  }
  return "";
}

void WriteEnum(const EnumDescriptor& type, Printer& out) {
  WriteComment(type, out);
  out.Print("enum class $name$ : int32_t {\n", "name", type.name());
  out.Indent();
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    WriteComment(value, out);
    out.Print("$name$ = $number$,\n", "name", ConstantOf(value), "number",
              std::to_string(value.number()));
  }
  out.Outdent();
  out.Print("};\n\n");
}

void WriteStruct(const Descriptor& message, Printer& out) {
  WriteComment(message, out);
  out.Print("struct $name$ {\n", "name", message.name());
  out.Indent();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (!InOneof(field)) {
      WriteMember(field, out);
    } else if (field.index_in_oneof() == 0) {
      const OneofDescriptor& oneof = *field.containing_oneof();
      WriteComment(oneof, out);
      out.Print("$type$ $name$;\n", "type", VariantOf(oneof), "name", oneof.name());
      out.Print("// The proto's name of what is set; empty: nothing.\n");
      out.Print("std::string_view $name$_name() const;\n", "name", oneof.name());
    }
  }
  if (message.field_count() > 0) out.Print("\n");
  out.Print(
      "// Appends the wire bytes, fields in the order of the proto.\n"
      "void AppendTo(std::string& out) const;\n"
      "std::string Encode() const {\n"
      "  std::string out;\n"
      "  AppendTo(out);\n"
      "  return out;\n"
      "}\n"
      "// Reads wire bytes on top of what is there; unknown fields are skipped. Throws\n"
      "// protozero::exception when they are malformed.\n"
      "void Merge(std::string_view bytes);\n"
      "static $name$ Decode(std::string_view bytes) {\n"
      "  $name$ message;\n"
      "  message.Merge(bytes);\n"
      "  return message;\n"
      "}\n"
      "friend bool operator==(const $name$&, const $name$&) = default;\n",
      "name", message.name());
  out.Outdent();
  out.Print("};\n\n");
}

void WriteFunctions(const Descriptor& message, Printer& out) {
  if (message.field_count() == 0) {
    out.Print(
        "inline void $name$::AppendTo(std::string&) const {}\n\n"
        "inline void $name$::Merge(std::string_view bytes) { detail::SkipAll(bytes); }\n\n",
        "name", message.name());
    return;
  }
  out.Print(
      "inline void $name$::AppendTo(std::string& out) const {\n"
      "  protozero::pbf_writer writer{out};\n",
      "name", message.name());
  out.Indent();
  for (int i = 0; i < message.field_count(); ++i) WriteEncode(*message.field(i), out);
  out.Outdent();
  out.Print(
      "}\n\n"
      "inline void $name$::Merge(std::string_view bytes) {\n"
      "  protozero::pbf_reader reader{bytes.data(), bytes.size()};\n"
      "  while (reader.next()) {\n"
      "    switch (reader.tag_and_type()) {\n",
      "name", message.name());
  for (int i = 0; i < 3; ++i) out.Indent();
  for (int i = 0; i < message.field_count(); ++i) WriteDecode(*message.field(i), out);
  out.Print("default: reader.skip();\n");
  for (int i = 0; i < 3; ++i) out.Outdent();
  out.Print("    }\n  }\n}\n\n");
  for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
    WriteOneofName(message, *message.oneof_decl(i), out);
  }
}

}  // namespace entrepot::sdkgen
