#include "core/domain/kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/log.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/domain/enumeration.h"
#include "entrepot/v1/options.pb.h"
#include "google/protobuf/io/coded_stream.h"

namespace entrepot::domain {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const google::protobuf::OneofDescriptor* BodyOneof() {
  static const auto* oneof = v1::Record::descriptor()->FindOneofByName("body");
  return oneof;
}

// The options in the protos are wrong: nothing can work, and every test sees it.
[[noreturn]] void BrokenOptions(const FieldDescriptor& field, std::string_view name) {
  log::Error("an option of the contracts names what is not there",
             {{"field", field.full_name()}, {"name", name}});
  std::abort();
}

Kind KindNamed(const FieldDescriptor& field, const std::string& name) {
  const FieldDescriptor* body = v1::Record::descriptor()->FindFieldByName(name);
  if (body == nullptr || body->containing_oneof() != BodyOneof()) BrokenOptions(field, name);
  return static_cast<Kind>(body->number());
}

void CollectReferences(const Descriptor* descriptor, std::vector<const FieldDescriptor*>* path,
                       std::vector<ReferenceField>* references) {
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    path->push_back(field);
    const std::string& target = field->options().GetExtension(v1::field).references();
    if (!target.empty()) {
      references->push_back({*path, KindNamed(*field, target)});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CollectReferences(field->message_type(), path, references);
    }
    path->pop_back();
  }
}

void CollectGroups(const Descriptor* descriptor, KindInfo* info) {
  info->groups = {"main"};
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string& name = descriptor->field(i)->options().GetExtension(v1::field).group();
    auto at = name.empty() ? info->groups.begin()
                           : std::find(info->groups.begin(), info->groups.end(), name);
    info->group_of.push_back(static_cast<int>(at - info->groups.begin()));
    if (at == info->groups.end()) info->groups.push_back(name);
  }
}

KindInfo Describe(const FieldDescriptor* body_field) {
  const Descriptor* descriptor = body_field->message_type();
  KindInfo info{.kind = static_cast<Kind>(body_field->number()),
                .name = body_field->name(),
                .descriptor = descriptor,
                .body_field = body_field};
  const v1::KindOptions& options = descriptor->options().GetExtension(v1::kind);
  for (const std::string& name : options.key()) {
    const FieldDescriptor* field = descriptor->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) BrokenOptions(*body_field, name);
    info.key.push_back(field);
  }
  if (info.key.empty()) BrokenOptions(*body_field, "key");
  info.bulk = options.bulk();
  info.hub_owned = options.hub_owned();
  std::vector<const FieldDescriptor*> path;
  CollectReferences(descriptor, &path, &info.references);
  CollectGroups(descriptor, &info);
  return info;
}

// Stable: kinds keep the order of the oneof where dependency leaves it open.
std::vector<KindInfo> SortedByDependency(std::vector<KindInfo> open) {
  std::vector<KindInfo> sorted;
  const auto stands = [&](Kind target) {
    return std::any_of(sorted.begin(), sorted.end(),
                       [&](const KindInfo& info) { return info.kind == target; });
  };
  while (!open.empty()) {
    auto next = std::find_if(open.begin(), open.end(), [&](const KindInfo& info) {
      return std::all_of(info.references.begin(), info.references.end(), [&](const auto& to) {
        return to.target == info.kind || stands(to.target);
      });
    });
    if (next == open.end()) BrokenOptions(*open.front().body_field, "references in a circle");
    sorted.push_back(std::move(*next));
    open.erase(next);
  }
  return sorted;
}

const std::vector<KindInfo>& AllKinds() {
  static const auto* kinds = [] {
    std::vector<KindInfo> open;
    for (int i = 0; i < BodyOneof()->field_count(); ++i) {
      open.push_back(Describe(BodyOneof()->field(i)));
    }
    return new std::vector<KindInfo>(SortedByDependency(std::move(open)));
  }();
  return *kinds;
}

// By field number, for InfoOf.
const std::vector<const KindInfo*>& KindsByNumber() {
  static const auto* by_number = [] {
    auto* made = new std::vector<const KindInfo*>();
    for (const KindInfo& info : AllKinds()) {
      const auto number = static_cast<size_t>(info.kind);
      if (made->size() <= number) made->resize(number + 1);
      (*made)[number] = &info;
    }
    return made;
  }();
  return *by_number;
}

void CollectIds(const ReferenceField& reference, size_t depth, const Message& message,
                std::vector<uint64_t>* ids) {
  const FieldDescriptor* field = reference.path[depth];
  const Reflection* reflection = message.GetReflection();
  if (depth + 1 == reference.path.size()) {
    if (reflection->HasField(message, field)) ids->push_back(reflection->GetUInt64(message, field));
  } else if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      CollectIds(reference, depth + 1, reflection->GetRepeatedMessage(message, field, i), ids);
    }
  } else if (reflection->HasField(message, field)) {
    CollectIds(reference, depth + 1, reflection->GetMessage(message, field), ids);
  }
}

void AppendFixed(uint64_t value, std::string* bytes) {
  char fixed[sizeof(value)];
  for (size_t i = 0; i < sizeof(value); ++i) fixed[i] = static_cast<char>(value >> (8 * i));
  bytes->append(fixed, sizeof(value));
}

void AppendSized(std::string_view text, std::string* bytes) {
  AppendFixed(text.size(), bytes);
  bytes->append(text);
}

// A present value, so that no two different ones have the same bytes.
void AppendKeyField(const Message& body, const FieldDescriptor* field, std::string* bytes) {
  const Reflection* reflection = body.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendFixed(reflection->GetUInt64(body, field), bytes);
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendFixed(static_cast<uint64_t>(reflection->GetInt32(body, field)), bytes);
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendFixed(static_cast<uint64_t>(reflection->GetEnumValue(body, field)), bytes);
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      return AppendSized(reflection->GetStringReference(body, field, &scratch), bytes);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      std::string inner;
      AppendCanonicalBytes(reflection->GetMessage(body, field), &inner);
      return AppendSized(inner, bytes);
    }
    default: BrokenOptions(*field, "a key of this type");
  }
}

std::string MessageText(const Message& message) {
  if (message.GetDescriptor() == v1::Decimal::descriptor()) {
    const auto value = Decimal::From(static_cast<const v1::Decimal&>(message));
    if (value.ok()) return value->ToString();
  }
  if (message.GetDescriptor() == v1::Date::descriptor()) {
    return DayText(static_cast<const v1::Date&>(message));
  }
  return message.ShortDebugString();
}

std::string KeyFieldText(const Message& body, const FieldDescriptor* field) {
  const Reflection* reflection = body.GetReflection();
  if (!reflection->HasField(body, field)) return "";
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT64: {
      const bool reference = !field->options().GetExtension(v1::field).references().empty();
      return fmt::format("{}{}", reference ? "#" : "", reflection->GetUInt64(body, field));
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", reflection->GetInt32(body, field));
    case FieldDescriptor::CPPTYPE_ENUM: return EnumWord(*reflection->GetEnum(body, field));
    case FieldDescriptor::CPPTYPE_STRING: return reflection->GetString(body, field);
    case FieldDescriptor::CPPTYPE_MESSAGE: return MessageText(reflection->GetMessage(body, field));
    default: BrokenOptions(*field, "a key of this type");
  }
}

}  // namespace

std::span<const KindInfo> Kinds() { return AllKinds(); }

const KindInfo& InfoOf(Kind kind) {
  const auto number = static_cast<size_t>(kind);
  const auto& kinds = KindsByNumber();
  if (number >= kinds.size() || kinds[number] == nullptr) {
    log::Error("a record without a body was asked for its kind", {{"number", number}});
    std::abort();
  }
  return *kinds[number];
}

absl::StatusOr<const KindInfo*> FindKind(std::string_view name) {
  std::vector<std::string_view> names;
  for (const KindInfo& info : AllKinds()) {
    if (info.name == name) return &info;
    names.push_back(info.name);
  }
  return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_KIND",
                 fmt::format("there is no kind of record \"{}\"{}", name, DidYouMean(name, names)));
}

const Message& BodyOf(const v1::Record& record) {
  return record.GetReflection()->GetMessage(record, InfoOf(record.body_case()).body_field);
}

Message* MutableBodyOf(v1::Record* record, Kind kind) {
  return record->GetReflection()->MutableMessage(record, InfoOf(kind).body_field);
}

Kind KindOf(const Descriptor* descriptor) {
  for (const KindInfo& info : AllKinds()) {
    if (info.descriptor == descriptor) return info.kind;
  }
  return Kind::BODY_NOT_SET;
}

std::vector<uint64_t> ReferencesOf(const KindInfo& info, const Message& body) {
  std::vector<uint64_t> ids;
  for (const ReferenceField& reference : info.references) CollectIds(reference, 0, body, &ids);
  return ids;
}

std::string KeyBytes(const KindInfo& info, const Message& body) {
  std::string bytes;
  bytes.reserve(info.key.size() * 16);
  for (const FieldDescriptor* field : info.key) {
    const bool present = body.GetReflection()->HasField(body, field);
    bytes.push_back(present ? '\1' : '\0');
    if (present) AppendKeyField(body, field, &bytes);
  }
  return bytes;
}

bool HasTextKey(const KindInfo& info) {
  return info.key.size() == 1 && info.key.front()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

std::string_view TextOfKeyBytes(const KindInfo& info, std::string_view key_bytes) {
  constexpr size_t kBeforeText = 1 + sizeof(uint64_t);  // present, and the size
  if (!HasTextKey(info) || key_bytes.size() <= kBeforeText) return {};
  return key_bytes.substr(kBeforeText);
}

std::string KeyText(const KindInfo& info, const Message& body) {
  std::string text;
  for (const FieldDescriptor* field : info.key) {
    if (field != info.key.front()) text.push_back('/');
    text += KeyFieldText(body, field);
  }
  return text;
}

void AppendCanonicalBytes(const Message& message, std::string* bytes) {
  const size_t before = bytes->size();
  const size_t size = message.ByteSizeLong();
  bytes->resize(before + size);
  auto* begin = reinterpret_cast<uint8_t*>(bytes->data() + before);
  // What SerializeWithCachedSizesToArray does, but with maps in order of their keys.
  google::protobuf::io::EpsCopyOutputStream stream(begin, static_cast<int>(size),
                                                   /*deterministic=*/true);
  message._InternalSerialize(begin, &stream);
}

}  // namespace entrepot::domain
