#include "core/domain/diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/domain/enumeration.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/util/time_util.h"

namespace entrepot::domain {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

std::string Quoted(std::string_view text) {
  std::string json = "\"";
  for (char c : text) {
    switch (c) {
      case '"': json += "\\\""; break;
      case '\\': json += "\\\\"; break;
      case '\n': json += "\\n"; break;
      case '\r': json += "\\r"; break;
      case '\t': json += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          json += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          json.push_back(c);
        }
    }
  }
  return json + "\"";
}

bool IsValue(const google::protobuf::Descriptor* descriptor) {
  return descriptor == v1::Decimal::descriptor() || descriptor == v1::Date::descriptor() ||
         descriptor == v1::Fraction::descriptor() || descriptor == Timestamp::descriptor();
}

// Messages that people read as one value.
std::string ValueJson(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  if (descriptor == v1::Decimal::descriptor()) {
    const auto value = Decimal::From(static_cast<const v1::Decimal&>(message));
    if (value.ok()) return value->ToString();
  } else if (descriptor == v1::Date::descriptor()) {
    return Quoted(DayText(static_cast<const v1::Date&>(message)));
  } else if (descriptor == v1::Fraction::descriptor()) {
    const auto& fraction = static_cast<const v1::Fraction&>(message);
    return fmt::format("\"{}/{}\"", fraction.numerator(), fraction.denominator());
  } else if (descriptor == Timestamp::descriptor()) {
    return Quoted(
        google::protobuf::util::TimeUtil::ToString(static_cast<const Timestamp&>(message)));
  }
  return Quoted(message.ShortDebugString());
}

std::string EnumJson(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const int number = index < 0 ? reflection->GetEnumValue(message, field)
                               : reflection->GetRepeatedEnumValue(message, field, index);
  const EnumValueDescriptor* value = field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) return fmt::format("{}", number);
  return Quoted(EnumWord(*value));
}

// A field that is no message, or an element of a repeated one; index -1: not repeated.
std::string ScalarJson(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format(
          "{}", one ? r->GetInt32(message, field) : r->GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format(
          "{}", one ? r->GetInt64(message, field) : r->GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format(
          "{}", one ? r->GetUInt32(message, field) : r->GetRepeatedUInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format(
          "{}", one ? r->GetUInt64(message, field) : r->GetRepeatedUInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r->GetBool(message, field) : r->GetRepeatedBool(message, field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_STRING:
      return Quoted(one ? r->GetString(message, field)
                        : r->GetRepeatedString(message, field, index));
    case FieldDescriptor::CPPTYPE_ENUM: return EnumJson(message, field, index);
    default: return "null";  // binary floating point stands nowhere in the contracts
  }
}

class Differ {
 public:
  void Messages(const std::string& path, const Message* before, const Message* after) {
    const auto* descriptor = (before != nullptr ? before : after)->GetDescriptor();
    if (IsValue(descriptor)) {
      return Values(path, before != nullptr ? ValueJson(*before) : "",
                    after != nullptr ? ValueJson(*after) : "");
    }
    const size_t found = differences_.size();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const std::string at = path.empty() ? field->name() : path + "." + field->name();
      field->is_repeated() ? Repeated(at, field, before, after) : Single(at, field, before, after);
    }
    // An empty message came or went: no field of it says so.
    if (found == differences_.size() && (before == nullptr) != (after == nullptr)) {
      Values(path, before != nullptr ? "{}" : "", after != nullptr ? "{}" : "");
    }
  }

  std::vector<FieldDifference> Take() { return std::move(differences_); }

 private:
  void Values(const std::string& path, std::string before, std::string after) {
    if (before != after) differences_.push_back({path, std::move(before), std::move(after)});
  }

  void Single(const std::string& path, const FieldDescriptor* field, const Message* before,
              const Message* after) {
    const auto has = [&](const Message* m) {
      return m != nullptr && m->GetReflection()->HasField(*m, field);
    };
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return Values(path, has(before) ? ScalarJson(*before, field, -1) : "",
                    has(after) ? ScalarJson(*after, field, -1) : "");
    }
    const auto inner = [&](const Message* m) {
      return has(m) ? &m->GetReflection()->GetMessage(*m, field) : nullptr;
    };
    if (has(before) || has(after)) Messages(path, inner(before), inner(after));
  }

  void Repeated(const std::string& path, const FieldDescriptor* field, const Message* before,
                const Message* after) {
    const auto size = [&](const Message* m) {
      return m == nullptr ? 0 : m->GetReflection()->FieldSize(*m, field);
    };
    for (int i = 0; i < std::max(size(before), size(after)); ++i) {
      const std::string at = fmt::format("{}[{}]", path, i);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const auto element = [&](const Message* m) {
          return i < size(m) ? &m->GetReflection()->GetRepeatedMessage(*m, field, i) : nullptr;
        };
        Messages(at, element(before), element(after));
      } else {
        Values(at, i < size(before) ? ScalarJson(*before, field, i) : "",
               i < size(after) ? ScalarJson(*after, field, i) : "");
      }
    }
  }

  std::vector<FieldDifference> differences_;
};

}  // namespace

std::vector<FieldDifference> Diff(const Message* before, const Message* after) {
  if (before == nullptr && after == nullptr) return {};
  Differ differ;
  differ.Messages("", before, after);
  return differ.Take();
}

}  // namespace entrepot::domain
