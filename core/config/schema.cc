#include "core/config/schema.h"

#include <fmt/core.h>

#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "core/base/absl_view.h"
#include "core/config/descriptors.h"
#include "core/config/duration.h"
#include "core/config/json.h"
#include "core/config/scalar.h"
#include "core/domain/kind.h"
#include "core/mapping/enum_names.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/config/v1/options.pb.h"
#include "google/protobuf/descriptor.pb.h"

namespace entrepot::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;

constexpr char kDurationPattern[] = "^(0|[0-9]+(ms|s|m|h|d))$";
constexpr char kNamePattern[] = "^[a-z0-9_-]+$";

const v1::Rule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule);
}

// The protos' comments, which generated code does not carry.
class Comments {
 public:
  Comments() {
    google::protobuf::FileDescriptorSet files;
    files.ParseFromArray(kDescriptors.data(), static_cast<int>(kDescriptors.size()));
    for (const FileDescriptorProto& file : files.file()) ours_[file.name()] = &file;
    for (const FileDescriptorProto& file : files.file()) Build(file.name());
  }

  // Descriptors by their full names, here with comments.
  std::string Of(const Descriptor& type) const {
    return TextOf(pool_.FindMessageTypeByName(type.full_name()));
  }
  std::string Of(const FieldDescriptor& field) const {
    return TextOf(pool_.FindFieldByName(field.full_name()));
  }
  std::string Of(const google::protobuf::EnumValueDescriptor& value) const {
    return TextOf(pool_.FindEnumValueByName(value.full_name()));
  }

 private:
  // Imports first; those of protobuf itself come from the generated code.
  void Build(const std::string& name) {
    if (!built_.insert(name).second) return;
    FileDescriptorProto file;
    const auto found = ours_.find(name);
    if (found != ours_.end()) {
      file = *found->second;
    } else if (const FileDescriptor* generated =
                   DescriptorPool::generated_pool()->FindFileByName(name)) {
      generated->CopyTo(&file);
    }
    for (const std::string& import : file.dependency()) Build(import);
    pool_.BuildFile(file);
  }

  template <typename D>
  static std::string TextOf(const D* descriptor) {
    google::protobuf::SourceLocation location;
    if (descriptor == nullptr || !descriptor->GetSourceLocation(&location)) return {};
    const auto text = absl::StripAsciiWhitespace(location.leading_comments);
    return absl::StrReplaceAll(text, {{"\n ", " "}, {"\n", " "}});
  }

  std::map<std::string, const FileDescriptorProto*> ours_;
  std::set<std::string> built_;
  DescriptorPool pool_;
};

Json Texts(std::initializer_list<std::string_view> texts) {
  Json list = Json::Array();
  for (std::string_view text : texts) list.Add(Json::Text(text));
  return list;
}

template <typename List>
Json TextList(const List& texts) {
  Json list = Json::Array();
  for (const auto& text : texts) list.Add(Json::Text(text));
  return list;
}

class Schema {
 public:
  std::string Write() {
    Json root = Json::Object();
    root.Set("$schema", "http://json-schema.org/draft-07/schema#");
    root.Set("title", "Configuration of an Entrepot hub");
    root.SetAll(MessageBody(*v1::Config::descriptor()));
    // Definitions are found on the way, those of definitions too.
    Json definitions = Json::Object();
    while (!wanted_.empty()) {
      const Descriptor* type = wanted_.back();
      wanted_.pop_back();
      definitions.Set(type->name(), MessageSchema(*type));
    }
    root.Set("definitions", std::move(definitions));
    return root.Write();
  }

 private:
  Json Reference(const Descriptor& type) {
    if (named_.insert(&type).second) wanted_.push_back(&type);
    return Json::Object().Set("$ref", "#/definitions/" + type.name());
  }

  Json MessageSchema(const Descriptor& type) {
    const std::string& inlined = type.options().GetExtension(v1::inlined);
    if (!inlined.empty()) return MapSchema(*type.FindFieldByName(inlined));
    Json body = MessageBody(type);
    const std::string& shorthand = type.options().GetExtension(v1::shorthand);
    const std::string& elements = type.options().GetExtension(v1::elements);
    if (shorthand.empty() && elements.empty()) return body;
    Json choices = Json::Array();
    if (!shorthand.empty()) choices.Add(ScalarSchema(*type.FindFieldByName(shorthand)));
    choices.Add(std::move(body));
    if (!elements.empty()) AddElements(*type.FindFieldByName(elements), type, &choices);
    return Json::Object().Set("anyOf", std::move(choices));
  }

  // A list of elements, and one element none of whose keys are the message's own.
  void AddElements(const FieldDescriptor& field, const Descriptor& type, Json* choices) {
    Json list = Json::Object();
    list.Set("type", "array").Set("items", ValueSchema(field));
    choices->Add(std::move(list));
    if (IsScalar(field)) {
      choices->Add(ValueSchema(field));
      return;
    }
    Json own = Json::Array();
    for (int i = 0; i < type.field_count(); ++i) own.Add(Json::Text(type.field(i)->name()));
    Json names = Json::Object();
    names.Set("not", Json::Object().Set("enum", std::move(own)));
    Json element = Json::Object();
    element.Set("type", "object").Set("propertyNames", std::move(names));
    Json both = Json::Array();
    both.Add(ValueSchema(field)).Add(std::move(element));
    choices->Add(Json::Object().Set("allOf", std::move(both)));
  }

  Json MessageBody(const Descriptor& type) {
    Json body = Json::Object();
    body.Set("type", "object");
    Json properties = Json::Object();
    Json required = Json::Array();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      properties.Set(field.name(), FieldSchema(field));
      if (RuleOf(field).required()) required.Add(Json::Text(field.name()));
    }
    body.Set("properties", std::move(properties));
    if (!required.empty()) body.Set("required", std::move(required));
    body.Set("additionalProperties", Json::Literal("false"));
    if (&type == v1::DatasetConfig::descriptor()) body.Set("allOf", FieldsByKind());
    return body;
  }

  Json FieldSchema(const FieldDescriptor& field) {
    Json schema = Json::Object();
    if (const std::string text = Description(field); !text.empty()) schema.Set("description", text);
    if (field.is_map()) {
      Merge(MapSchema(field), &schema);
    } else if (field.is_repeated()) {
      Json list = Json::Object();
      list.Set("type", "array").Set("items", ValueSchema(field));
      schema.Set("anyOf", Json::Array().Add(ValueSchema(field)).Add(std::move(list)));
    } else {
      Merge(ValueSchema(field), &schema);
    }
    const std::string& value = RuleOf(field).default_value();
    if (!value.empty()) {
      const bool quoted = field.cpp_type() != FieldDescriptor::CPPTYPE_INT32 &&
                          field.cpp_type() != FieldDescriptor::CPPTYPE_INT64 &&
                          field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL;
      schema.Set("default", quoted ? Json::Text(value) : Json::Literal(value));
    }
    return schema;
  }

  // A reference must stand alone in its object.
  static void Merge(Json from, Json* into) {
    if (from.Has("$ref")) {
      into->Set("allOf", Json::Array().Add(std::move(from)));
    } else {
      into->SetAll(from);
    }
  }

  Json MapSchema(const FieldDescriptor& field) {
    Json schema = Json::Object();
    schema.Set("type", "object");
    if (RuleOf(field).plain_name()) {
      schema.Set("propertyNames", Json::Object().Set("pattern", kNamePattern));
    }
    if (RuleOf(field).required()) schema.Set("minProperties", Json::Literal("1"));
    schema.Set("additionalProperties", ValueSchema(*field.message_type()->FindFieldByNumber(2)));
    return schema;
  }

  Json ValueSchema(const FieldDescriptor& field) {
    return IsScalar(field) ? ScalarSchema(field) : Reference(*field.message_type());
  }

  static Json ScalarSchema(const FieldDescriptor& field) {
    const v1::Rule& rule = RuleOf(field);
    Json schema = Json::Object();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        schema.Set("type", "integer");
        if (rule.has_minimum())
          schema.Set("minimum", Json::Literal(std::to_string(rule.minimum())));
        if (rule.has_maximum())
          schema.Set("maximum", Json::Literal(std::to_string(rule.maximum())));
        return schema;
      case FieldDescriptor::CPPTYPE_BOOL: return schema.Set("type", "boolean");
      case FieldDescriptor::CPPTYPE_ENUM:
        return schema.Set("enum", TextList(mapping::EnumNames(*field.enum_type()).names()));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        schema.Set("type", Texts({"string", "integer"}));
        return schema.Set("pattern", kDurationPattern);
      default: break;
    }
    if (&field == KindField()) return schema.Set("enum", KindNames());
    if (!rule.choices().empty()) return schema.Set("enum", TextList(rule.choices()));
    // Texts need no quotes, whatever they look like.
    return schema.Set("type", Texts({"string", "number", "boolean"}));
  }

  static const FieldDescriptor* KindField() {
    return v1::DatasetConfig::descriptor()->FindFieldByNumber(v1::DatasetConfig::kKindFieldNumber);
  }

  static Json KindNames() {
    Json names = Json::Array();
    for (const domain::KindInfo& info : domain::Kinds()) names.Add(Json::Text(info.name));
    return names;
  }

  // Each kind has fields of its own.
  Json FieldsByKind() {
    Json rules = Json::Array();
    for (const domain::KindInfo& info : domain::Kinds()) {
      if (info.hub_owned) continue;
      Json fields = Json::Object();
      for (int i = 0; i < info.descriptor->field_count(); ++i) {
        const FieldDescriptor& field = *info.descriptor->field(i);
        Json schema = Json::Object();
        if (std::string text = comments_.Of(field); !text.empty()) schema.Set("description", text);
        Merge(Reference(*v1::FieldMapping::descriptor()), &schema);
        fields.Set(field.name(), std::move(schema));
      }
      Json known = Json::Object();
      known.Set("properties", std::move(fields))
          .Set("additionalProperties", Json::Literal("false"));
      const auto within = [](std::string_view name, Json schema) {
        return Json::Object().Set("properties", Json::Object().Set(name, std::move(schema)));
      };
      Json rule = Json::Object();
      rule.Set("if", within("kind", Json::Object().Set("const", info.name)));
      rule.Set("then", within("mapping", within("fields", std::move(known))));
      rules.Add(std::move(rule));
    }
    return rules;
  }

  // The comment, and the meaning of an enumeration's values.
  std::string Description(const FieldDescriptor& field) const {
    std::string text = comments_.Of(field);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return text;
    const mapping::EnumNames names(*field.enum_type());
    for (const std::string& name : names.names()) {
      const auto* value = field.enum_type()->FindValueByNumber(*names.NumberOf(name));
      text += fmt::format("\n{}: {}", name, comments_.Of(*value));
    }
    return text;
  }

  const Comments comments_;
  std::set<const Descriptor*> named_;
  std::vector<const Descriptor*> wanted_;
};

}  // namespace

std::string JsonSchema() { return Schema().Write(); }

}  // namespace entrepot::config
