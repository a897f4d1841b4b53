#include "core/domain/match.h"

#include <fmt/core.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/enumeration.h"
#include "core/domain/fold.h"

namespace entrepot::domain {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kValuesMax = 32;
constexpr char kBetween = '\x1f';  // in no text that people write

// Quotation marks and dashes beyond ASCII, which names are written with and without.
constexpr std::string_view kMarks[] = {"«", "»", "“", "”", "„", "‘", "’", "–", "—"};

absl::Status Unknown(std::string message) {
  return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_FIELD", std::move(message));
}

const FieldDescriptor* FindField(const Descriptor& type, std::string_view name) {
  return type.FindFieldByName(std::string(name));
}

absl::Status NoField(const Descriptor& type, std::string_view name, std::string_view path) {
  std::vector<std::string> known;
  for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
  return Unknown(fmt::format("\"{}\": there is no field \"{}\"{}; known are {}", path, name,
                             DidYouMean(name, known), absl::StrJoin(known, ", ")));
}

std::string TextOf(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? reflection->GetString(message, field)
                 : reflection->GetRepeatedString(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(one ? reflection->GetUInt64(message, field)
                                : reflection->GetRepeatedUInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(one ? reflection->GetInt32(message, field)
                                : reflection->GetRepeatedInt32(message, field, index));
    default: return "";
  }
}

bool IsComparable(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
}

bool IsLetterOrDigit(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::string MatchForm(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return "";
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.find('@') != text.npos) {
    std::string mail(text);
    for (char& c : mail) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
    }
    return mail;
  }
  std::string form = Folded(text);
  for (const std::string_view mark : kMarks) {
    for (size_t at = form.find(mark); at != form.npos; at = form.find(mark)) {
      form.erase(at, mark.size());
    }
  }
  std::erase_if(form, [](char c) { return !IsLetterOrDigit(c); });
  const bool zeros = form.find_first_not_of('0') == form.npos;
  return zeros ? "" : form;
}

absl::StatusOr<MatchRule> MatchRule::Compile(const KindInfo& kind,
                                             const std::vector<std::string>& paths) {
  MatchRule rule;
  for (const std::string& text : paths) {
    ASSIGN_OR_RETURN(Path path, CompilePath(kind, text));
    rule.paths_.push_back(std::move(path));
  }
  if (rule.paths_.empty()) return Unknown("name at least one field to compare by");
  rule.name_ = absl::StrJoin(paths, " and ");
  return rule;
}

absl::StatusOr<MatchRule::Path> MatchRule::CompilePath(const KindInfo& kind,
                                                       std::string_view text) {
  Path path;
  const Descriptor* type = kind.descriptor;
  for (std::string_view rest = text; !rest.empty();) {
    if (type == nullptr) return Unknown(fmt::format("\"{}\" goes on after a plain value", text));
    // A point inside the brackets is not looked for: types have words for names.
    const size_t point = rest.find('.');
    ASSIGN_OR_RETURN(const Step step, CompileStep(*type, rest.substr(0, point), text));
    type = step.field->message_type();
    path.push_back(step);
    rest = point == rest.npos ? std::string_view() : rest.substr(point + 1);
  }
  if (path.empty()) return Unknown("a field to compare by is missing its name");
  const FieldDescriptor& last = *path.back().field;
  if (last.message_type() != nullptr || !IsComparable(last)) {
    return Unknown(
        fmt::format("\"{}\" is neither a text nor a whole number, so records cannot be "
                    "told by it",
                    text));
  }
  return path;
}

absl::StatusOr<MatchRule::Step> MatchRule::CompileStep(const Descriptor& type,
                                                       std::string_view text,
                                                       std::string_view path) {
  Step step;
  const size_t bracket = text.find('[');
  const std::string_view name = text.substr(0, bracket);
  step.field = FindField(type, name);
  if (step.field == nullptr) return NoField(type, name, path);
  if (bracket == text.npos) return step;
  const std::string_view inside = text.substr(bracket + 1, text.size() - bracket - 2);
  const size_t equals = inside.find('=');
  if (!text.ends_with(']') || equals == inside.npos || step.field->message_type() == nullptr) {
    return Unknown(
        fmt::format("\"{}\": what stands in brackets chooses elements, as in "
                    "contact_points[type=email].value",
                    path));
  }
  const Descriptor& element = *step.field->message_type();
  const std::string_view filter = inside.substr(0, equals);
  step.filter = FindField(element, filter);
  if (step.filter == nullptr) return NoField(element, filter, path);
  const auto* enumeration = step.filter->enum_type();
  const auto* value =
      enumeration == nullptr ? nullptr : FindEnumWord(*enumeration, inside.substr(equals + 1));
  if (value == nullptr) {
    return Unknown(
        fmt::format("\"{}\": \"{}\" has no value \"{}\"", path, filter, inside.substr(equals + 1)));
  }
  step.wanted = value->number();
  return step;
}

void MatchRule::Collect(const Message& message, const Path& path, size_t at,
                        std::vector<std::string>* values) {
  const Step& step = path[at];
  const auto* reflection = message.GetReflection();
  const bool repeated = step.field->is_repeated();
  if (!repeated && !reflection->HasField(message, step.field)) return;
  const int count = repeated ? reflection->FieldSize(message, step.field) : 1;
  for (int i = 0; i < count && values->size() < kValuesMax; ++i) {
    if (at + 1 == path.size()) {
      std::string form = MatchForm(TextOf(message, step.field, repeated ? i : -1));
      const bool known = std::find(values->begin(), values->end(), form) != values->end();
      if (!form.empty() && !known) values->push_back(std::move(form));
      continue;
    }
    const Message& element = repeated ? reflection->GetRepeatedMessage(message, step.field, i)
                                      : reflection->GetMessage(message, step.field);
    const bool wanted = step.filter == nullptr ||
                        element.GetReflection()->GetEnumValue(element, step.filter) == step.wanted;
    if (wanted) Collect(element, path, at + 1, values);
  }
}

std::vector<std::string> MatchRule::ValuesOf(const Message& body) const {
  std::vector<std::string> combined = {""};
  for (const Path& path : paths_) {
    std::vector<std::string> values;
    Collect(body, path, 0, &values);
    std::vector<std::string> next;
    for (const std::string& before : combined) {
      for (const std::string& value : values) {
        if (next.size() < kValuesMax) next.push_back(before + value + kBetween);
      }
    }
    combined = std::move(next);
  }
  return combined;
}

}  // namespace entrepot::domain
