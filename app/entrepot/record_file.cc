#include "app/entrepot/record_file.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "app/entrepot/exit_code.h"
#include "core/base/nearest.h"
#include "core/base/status_macros.h"
#include "core/domain/enumeration.h"

namespace entrepot::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class BodyReader {
 public:
  explicit BodyReader(const std::string& name) : name_(name) {}

  absl::Status ReadMessage(const YAML::Node& node, Message* message,
                           std::vector<std::string>* fields) const {
    if (!node.IsMap()) return Wrong(node, "expected an object with keys");
    const Descriptor& type = *message->GetDescriptor();
    for (const auto& entry : node) {
      const FieldDescriptor* field = type.FindFieldByName(entry.first.Scalar());
      if (field == nullptr) return UnknownKey(entry.first, type);
      if (fields != nullptr) fields->push_back(field->name());
      if (entry.second.IsNull()) continue;
      RETURN_IF_ERROR(ReadField(entry.second, *field, message));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadField(const YAML::Node& node, const FieldDescriptor& field,
                         Message* message) const {
    if (!field.is_repeated()) return ReadValue(node, field, message);
    if (!node.IsSequence()) return Wrong(node, fmt::format("{} is a list", field.name()));
    for (const YAML::Node& element : node) {
      RETURN_IF_ERROR(ReadValue(element, field, message));
    }
    return absl::OkStatus();
  }

  absl::Status ReadValue(const YAML::Node& node, const FieldDescriptor& field,
                         Message* message) const {
    const auto* reflection = message->GetReflection();
    if (field.message_type() != nullptr) {
      Message* inner = field.is_repeated() ? reflection->AddMessage(message, &field)
                                           : reflection->MutableMessage(message, &field);
      return ReadMessage(node, inner, nullptr);
    }
    if (!node.IsScalar()) return Wrong(node, fmt::format("{} is a plain value", field.name()));
    const std::string& text = node.Scalar();
    if (field.enum_type() != nullptr) return ReadEnum(node, field, message);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field.is_repeated() ? reflection->AddString(message, &field, text)
                          : reflection->SetString(message, &field, text);
      return absl::OkStatus();
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && (text == "true" || text == "false")) {
      reflection->SetBool(message, &field, text == "true");
      return absl::OkStatus();
    }
    int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 && whole) {
      reflection->SetInt32(message, &field, number);
      return absl::OkStatus();
    }
    return Wrong(node, fmt::format("{} cannot be \"{}\"", field.name(), text));
  }

  absl::Status ReadEnum(const YAML::Node& node, const FieldDescriptor& field,
                        Message* message) const {
    const auto* value = domain::FindEnumWord(*field.enum_type(), node.Scalar());
    if (value == nullptr || value->number() == 0) {
      std::vector<std::string> known;
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        const auto* word = field.enum_type()->value(i);
        if (word->number() != 0) known.push_back(domain::EnumWord(*word));
      }
      return Wrong(node, fmt::format("{} is one of {}", field.name(), fmt::join(known, ", ")));
    }
    if (field.is_repeated()) {
      message->GetReflection()->AddEnum(message, &field, value);
    } else {
      message->GetReflection()->SetEnum(message, &field, value);
    }
    return absl::OkStatus();
  }

  absl::Status UnknownKey(const YAML::Node& node, const Descriptor& type) const {
    std::vector<std::string> known;
    for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
    return Wrong(node, fmt::format("there is no \"{}\" here{}; known are {}", node.Scalar(),
                                   DidYouMean(node.Scalar(), known), fmt::join(known, ", ")));
  }

  absl::Status Wrong(const YAML::Node& node, std::string_view what) const {
    return Usage(
        fmt::format("{}:{}:{}: {}", name_, node.Mark().line + 1, node.Mark().column + 1, what));
  }

  const std::string& name_;
};

}  // namespace

absl::Status ParseRecord(const std::string& name, const std::string& text, Message* body,
                         std::vector<std::string>* fields) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return Usage(fmt::format("{} is empty", name));
    return BodyReader(name).ReadMessage(root, body, fields);
  } catch (const YAML::Exception& error) {
    return Usage(fmt::format("{}:{}:{}: this is not JSON: {}", name, error.mark.line + 1,
                             error.mark.column + 1, error.msg));
  }
}

absl::Status ReadRecordFile(const std::string& path, Message* body,
                            std::vector<std::string>* fields) {
  if (path == "-") {
    return ParseRecord("standard input", std::string(std::istreambuf_iterator<char>(std::cin), {}),
                       body, fields);
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (errno != 0) return Usage(fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  return ParseRecord(path, text.str(), body, fields);
}

}  // namespace entrepot::cli
