#include "core/config/reader.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "absl/strings/str_join.h"
#include "core/base/key_path.h"
#include "core/base/nearest.h"
#include "core/config/scalar.h"
#include "core/mapping/text.h"
#include "entrepot/config/v1/options.pb.h"

namespace entrepot::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Against files that are made to hurt: aliases that multiply, or hold themselves.
constexpr int kDepthMax = 32;
constexpr int kValuesMax = 200'000;
constexpr size_t kProblemsMax = 200;
// Known keys that a sentence lists.
constexpr size_t kListedMax = 24;

const v1::Rule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule);
}

// yaml-cpp counts bytes from 0; people count characters from 1.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    lines_.push_back(0);
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n') lines_.push_back(at + 1);
    }
  }

  Position Of(const YAML::Mark& mark) const {
    if (mark.is_null() || mark.line < 0 || mark.line >= static_cast<int>(lines_.size())) return {};
    const std::string_view line =
        text_.substr(lines_[mark.line], static_cast<size_t>(std::max(0, mark.column)));
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    return {mark.line + 1, static_cast<int>(characters) + 1};
  }

 private:
  std::string_view text_;
  std::vector<size_t> lines_;
};

bool IsPlainName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string TypeName(const YAML::Node& node) {
  if (node.IsNull()) return "nothing";
  return node.IsMap() ? "keys and values" : node.IsSequence() ? "a list" : "a text";
}

// Has the message defaults of its own, and nothing that must be given? Then it is there even where
// the file does not name it.
bool StandsByItself(const Descriptor& type) {
  bool defaults = false;
  for (int i = 0; i < type.field_count(); ++i) {
    const v1::Rule& rule = RuleOf(*type.field(i));
    if (rule.required()) return false;
    defaults |= !rule.default_value().empty();
  }
  return defaults;
}

class Reader {
 public:
  Reader(std::string_view text, Loaded* loaded) : places_(text), loaded_(*loaded) {}

  void ReadRoot(const YAML::Node& node) {
    loaded_.positions.Add("", {1, 1}, {1, 1});
    ReadMessage(node, "", &loaded_.config, 0);
  }

 private:
  void Report(Position at, std::string path, std::string message) {
    if (loaded_.problems.size() >= kProblemsMax) return;
    loaded_.problems.push_back(
        {loaded_.file, at.line, at.column, std::move(path), std::move(message)});
  }
  void Report(const std::string& path, std::string message) {
    Report(loaded_.positions.ValueOf(path), path, std::move(message));
  }

  // Remembers where the value stands; false where it must not be looked at.
  bool Enter(const YAML::Node& node, const std::string& path, Position key, int depth) {
    const Position value = node.IsNull() ? key : places_.Of(node.Mark());
    loaded_.positions.Add(path, key, value.line == 0 ? key : value);
    const std::string& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!" && tag.rfind("tag:yaml.org,2002:", 0) != 0) {
      Report(path, fmt::format("the tag {} is not known; write the value without it", tag));
      return false;
    }
    if (depth <= kDepthMax && ++values_ <= kValuesMax) return true;
    if (!too_large_) {
      Report(path, "the configuration is nested too deeply, or its aliases make it too large");
    }
    too_large_ = true;
    return false;
  }

  // Calls `read(key, value, path of the value)` for each key, once.
  template <typename Read>
  void ReadKeys(const YAML::Node& node, const std::string& path, int depth, const Read& read) {
    std::map<std::string, Position> seen;
    for (const auto& entry : node) {
      const Position at = places_.Of(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        Report(at, path, "a key must be a plain text");
        continue;
      }
      const std::string& key = entry.first.Scalar();
      const std::string child = ChildPath(path, key);
      const auto [first, fresh] = seen.emplace(key, at);
      if (!fresh) {
        Report(at, child,
               fmt::format("the key is there twice; first in line {}", first->second.line));
        continue;
      }
      if (Enter(entry.second, child, at, depth)) read(key, entry.second, child);
    }
  }

  void ReadMessage(const YAML::Node& node, const std::string& path, Message* message, int depth) {
    const Descriptor& type = *message->GetDescriptor();
    const std::string& shorthand = type.options().GetExtension(v1::shorthand);
    if (node.IsScalar() && !shorthand.empty()) {
      ReadScalar(node, *type.FindFieldByName(shorthand), path, message);
      return;
    }
    if (const FieldDescriptor* elements = ElementsField(node, type)) {
      const std::string child = ChildPath(path, elements->name());
      if (Enter(node, child, loaded_.positions.KeyOf(path), depth)) {
        ReadList(node, *elements, child, message, depth + 1);
      }
      return;
    }
    if (!node.IsMap() && !node.IsNull()) {
      Report(path, fmt::format("expected keys and values, found {}", TypeName(node)));
      return;
    }
    if (const std::string& name = type.options().GetExtension(v1::inlined); !name.empty()) {
      ReadMap(InlinedNode(node, name), *type.FindFieldByName(name), path, message, depth);
      return;
    }
    std::set<const FieldDescriptor*> given;
    ReadKeys(node, path, depth,
             [&](const std::string& key, const YAML::Node& value, const std::string& child) {
               const FieldDescriptor* field = type.FindFieldByName(key);
               if (field == nullptr) {
                 ReportUnknownKey(key, type, path, child);
                 return;
               }
               given.insert(field);
               ReadField(value, *field, child, message, depth + 1);
             });
    Complete(path, given, message);
  }

  // The keys of the message's one map stand in it directly. The long form, which names the map,
  // reads as well.
  static YAML::Node InlinedNode(const YAML::Node& node, const std::string& name) {
    if (!node.IsMap() || node.size() != 1) return node;
    const auto only = node.begin();
    const bool long_form =
        only->first.IsScalar() && only->first.Scalar() == name && only->second.IsMap();
    return long_form ? only->second : node;
  }

  // Where the message stands for its elements: by a list, one of them, or keys that are all not its
  // own.
  static const FieldDescriptor* ElementsField(const YAML::Node& node, const Descriptor& type) {
    const std::string& name = type.options().GetExtension(v1::elements);
    if (name.empty()) return nullptr;
    bool foreign = node.IsMap() && node.size() > 0;
    if (foreign) {
      for (const auto& entry : node) {
        foreign &= entry.first.IsScalar() && type.FindFieldByName(entry.first.Scalar()) == nullptr;
      }
    }
    const FieldDescriptor* elements = type.FindFieldByName(name);
    const bool one = node.IsScalar() && IsScalar(*elements);  // an element without its list
    return foreign || one || node.IsSequence() ? elements : nullptr;
  }

  void ReportUnknownKey(const std::string& key, const Descriptor& type, const std::string& path,
                        const std::string& child) {
    std::vector<std::string> known;
    for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
    const std::string nearest = DidYouMean(key, known);
    if (known.size() > kListedMax) known.resize(kListedMax);
    const std::string place = path.empty() ? "at the top" : "here";
    Report(loaded_.positions.KeyOf(child), child,
           fmt::format("there is no key \"{}\" {}{}; known are {}", key, place, nearest,
                       absl::StrJoin(known, ", ")));
  }

  // Defaults of what is not given; what must be given is named.
  void Complete(const std::string& path, const std::set<const FieldDescriptor*>& given,
                Message* message) {
    const Descriptor& type = *message->GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (given.count(&field) != 0) continue;
      const v1::Rule& rule = RuleOf(field);
      if (rule.required()) {
        Report(loaded_.positions.KeyOf(path), ChildPath(path, field.name()),
               fmt::format("the key \"{}\" is missing", field.name()));
      } else if (!rule.default_value().empty()) {
        SetScalar(rule.default_value(), field, loaded_.folder, message);
      } else if (!field.is_repeated() && !IsScalar(field) &&
                 StandsByItself(*field.message_type())) {
        Complete(ChildPath(path, field.name()), {},
                 message->GetReflection()->MutableMessage(message, &field));
      }
    }
  }

  void ReadField(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                 Message* message, int depth) {
    if (node.IsNull() && (IsScalar(field) || field.is_repeated())) {
      Report(loaded_.positions.KeyOf(path), path, "the key has no value; give one or drop the key");
    } else if (field.is_map()) {
      ReadMap(node, field, path, message, depth);
    } else if (field.is_repeated()) {
      ReadList(node, field, path, message, depth);
    } else if (IsScalar(field)) {
      ReadScalar(node, field, path, message);
    } else {
      ReadMessage(node, path, message->GetReflection()->MutableMessage(message, &field), depth);
    }
  }

  void ReadScalar(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                  Message* message) {
    if (!node.IsScalar()) {
      Report(path, fmt::format("expected {}, found {}", DescribeScalar(field), TypeName(node)));
      return;
    }
    if (RuleOf(field).required() && node.Scalar().empty()) {
      Report(path, "must not be empty");
      return;
    }
    std::string wrong = SetScalar(node.Scalar(), field, loaded_.folder, message);
    if (!wrong.empty()) Report(path, std::move(wrong));
  }

  // One element may stand without a list around it.
  void ReadList(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                Message* message, int depth) {
    if (!node.IsSequence()) {
      const std::string child = ElementPath(path, 0);
      if (Enter(node, child, loaded_.positions.KeyOf(path), depth)) {
        ReadElement(node, field, child, message, depth);
      }
      return;
    }
    if (node.size() == 0 && RuleOf(field).required()) Report(path, "must not be empty");
    for (size_t i = 0; i < node.size(); ++i) {
      const std::string child = ElementPath(path, i);
      const YAML::Node element = node[i];
      if (!Enter(element, child, places_.Of(element.Mark()), depth)) continue;
      if (element.IsNull()) {
        Report(path, fmt::format("entry {} of the list is empty", i + 1));
        continue;
      }
      ReadElement(element, field, child, message, depth + 1);
    }
  }

  void ReadElement(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                   Message* message, int depth) {
    if (IsScalar(field)) {
      ReadScalar(node, field, path, message);
    } else {
      ReadMessage(node, path, message->GetReflection()->AddMessage(message, &field), depth);
    }
  }

  void ReadMap(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
               Message* message, int depth) {
    if (!node.IsMap()) {
      Report(path, fmt::format("expected keys and values, found {}", TypeName(node)));
      return;
    }
    if (node.size() == 0 && RuleOf(field).required()) Report(path, "must not be empty");
    const Descriptor& entry_type = *field.message_type();
    const FieldDescriptor& key_field = *entry_type.FindFieldByNumber(1);
    const FieldDescriptor& value_field = *entry_type.FindFieldByNumber(2);
    ReadKeys(node, path, depth,
             [&](const std::string& key, const YAML::Node& value, const std::string& child) {
               if (RuleOf(field).plain_name() && !IsPlainName(key)) {
                 Report(loaded_.positions.KeyOf(child), child,
                        "a name has lower case letters, digits, \"-\" and \"_\" only");
               }
               Message* entry = message->GetReflection()->AddMessage(message, &field);
               entry->GetReflection()->SetString(entry, &key_field, key);
               ReadMapValue(value, value_field, child, entry, depth + 1);
             });
  }

  void ReadMapValue(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                    Message* entry, int depth) {
    if (IsScalar(field)) {
      ReadScalar(node, field, path, entry);
    } else {
      ReadMessage(node, path, entry->GetReflection()->MutableMessage(entry, &field), depth);
    }
  }

  const Places places_;
  Loaded& loaded_;
  int values_ = 0;
  bool too_large_ = false;
};

// Only where the document starts.
class StartOfDocument final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  const YAML::Mark& mark() const { return mark_; }

 private:
  YAML::Mark mark_;
};

// Where something follows the first document. yaml-cpp ends a document at whatever it does not
// understand, and would drop the rest of the file silently; YAML::LoadAll reads the same stray
// comma for ever.
std::optional<YAML::Mark> RestOfFile(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  StartOfDocument start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return std::nullopt;
  return start.mark();
}

void ReportFile(Position at, std::string message, Loaded* loaded) {
  loaded->problems.push_back({loaded->file, at.line, at.column, "", std::move(message)});
}

}  // namespace

void ReadYaml(std::string_view text, Loaded* loaded) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (!mapping::IsUtf8(text)) {
    ReportFile({}, "the file is not UTF-8; save it in that encoding", loaded);
    return;
  }
  try {
    const std::string copy(text);
    Reader(text, loaded).ReadRoot(YAML::Load(copy));
    if (const std::optional<YAML::Mark> rest = RestOfFile(copy)) {
      ReportFile(Places(text).Of(*rest),
                 "what follows is not read: a second document (\"---\"), or a character that does "
                 "not belong here",
                 loaded);
    }
  } catch (const YAML::Exception& error) {
    ReportFile(Places(text).Of(error.mark), fmt::format("this is not YAML: {}", error.msg), loaded);
  }
}

}  // namespace entrepot::config
