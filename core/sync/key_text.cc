#include "core/sync/key_text.h"

#include <fmt/core.h>

#include <memory>

#include "absl/strings/numbers.h"
#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/domain/enumeration.h"
#include "entrepot/v1/options.pb.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::sync {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const domain::KindInfo* TargetOf(const domain::KindInfo& info, const FieldDescriptor* field) {
  for (const domain::ReferenceField& reference : info.references) {
    if (reference.path.size() == 1 && reference.path.front() == field) {
      return &domain::InfoOf(reference.target);
    }
  }
  return nullptr;
}

bool SetEnum(std::string_view text, const FieldDescriptor* field, Message* key) {
  const auto* value = domain::FindEnumWord(*field->enum_type(), text);
  if (value == nullptr) return false;
  key->GetReflection()->SetEnum(key, field, value);
  return true;
}

bool SetMessage(std::string_view text, const FieldDescriptor* field, Message* key) {
  if (field->message_type() == v1::Decimal::descriptor()) {
    const auto value = domain::Decimal::Parse(text);
    if (!value.ok()) return false;
    *static_cast<v1::Decimal*>(key->GetReflection()->MutableMessage(key, field)) = value->ToProto();
    return true;
  }
  if (field->message_type() != v1::Date::descriptor()) return false;
  const auto day = domain::ParseDay(text);
  if (!day.ok()) return false;
  *static_cast<v1::Date*>(key->GetReflection()->MutableMessage(key, field)) = domain::ToDate(*day);
  return true;
}

class KeySearch {
 public:
  KeySearch(const store::Reader& reader, const domain::KindInfo& info)
      : reader_(reader),
        info_(info),
        key_(google::protobuf::MessageFactory::generated_factory()
                 ->GetPrototype(info.descriptor)
                 ->New()) {}

  // Values may contain "/" themselves, so every way to cut the text is tried.
  absl::StatusOr<std::optional<uint64_t>> From(size_t index, std::string_view text) {
    if (index + 1 == info_.key.size()) {
      ASSIGN_OR_RETURN(const bool fits, Set(info_.key[index], text));
      if (!fits) return std::nullopt;
      return reader_.FindByKey(info_.kind, domain::KeyBytes(info_, *key_));
    }
    for (size_t cut = text.find('/'); cut != text.npos; cut = text.find('/', cut + 1)) {
      ASSIGN_OR_RETURN(const bool fits, Set(info_.key[index], text.substr(0, cut)));
      if (!fits) continue;
      ASSIGN_OR_RETURN(const auto found, From(index + 1, text.substr(cut + 1)));
      if (found) return found;
    }
    return std::nullopt;
  }

 private:
  absl::StatusOr<bool> Set(const FieldDescriptor* field, std::string_view text) {
    const auto* reflection = key_->GetReflection();
    reflection->ClearField(key_.get(), field);
    if (text.empty()) return true;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection->SetString(key_.get(), field, std::string(text));
        return true;
      case FieldDescriptor::CPPTYPE_UINT64: return SetId(field, text);
      case FieldDescriptor::CPPTYPE_INT32: {
        int32_t number = 0;
        if (!absl::SimpleAtoi(AbslView(text), &number)) return false;
        reflection->SetInt32(key_.get(), field, number);
        return true;
      }
      case FieldDescriptor::CPPTYPE_ENUM: return SetEnum(text, field, key_.get());
      case FieldDescriptor::CPPTYPE_MESSAGE: return SetMessage(text, field, key_.get());
      default: return false;
    }
  }

  absl::StatusOr<bool> SetId(const FieldDescriptor* field, std::string_view text) {
    uint64_t id = 0;
    const domain::KindInfo* target = TargetOf(info_, field);
    const bool plain = target == nullptr || text.front() == '#';
    if (plain) {
      if (!absl::SimpleAtoi(AbslView(text.substr(text.front() == '#')), &id)) return false;
    } else {
      ASSIGN_OR_RETURN(const auto found, FindByKeyText(reader_, *target, text));
      if (!found) return false;
      id = *found;
    }
    key_->GetReflection()->SetUInt64(key_.get(), field, id);
    return true;
  }

  const store::Reader& reader_;
  const domain::KindInfo& info_;
  std::unique_ptr<Message> key_;
};

// One field of a key, alone in a message, so that domain::KeyText writes it.
std::string FieldText(const domain::KindInfo& info, const FieldDescriptor* field,
                      const Message& body) {
  const domain::KindInfo alone{.kind = info.kind,
                               .name = info.name,
                               .descriptor = info.descriptor,
                               .body_field = info.body_field,
                               .key = {field}};
  return domain::KeyText(alone, body);
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> FindByKeyText(const store::Reader& reader,
                                                      const domain::KindInfo& info,
                                                      std::string_view text) {
  if (text.empty()) return std::nullopt;
  return KeySearch(reader, info).From(0, text);
}

absl::StatusOr<std::string> KeyTextOf(const store::Reader& reader, const domain::KindInfo& info,
                                      const Message& body) {
  std::string text;
  for (const FieldDescriptor* field : info.key) {
    if (field != info.key.front()) text.push_back('/');
    const domain::KindInfo* target = TargetOf(info, field);
    const bool set = body.GetReflection()->HasField(body, field);
    if (target == nullptr || !set) {
      text += FieldText(info, field, body);
      continue;
    }
    const uint64_t id = body.GetReflection()->GetUInt64(body, field);
    ASSIGN_OR_RETURN(const auto record, reader.Get(id));
    if (!record) {
      text += fmt::format("#{}", id);
      continue;
    }
    ASSIGN_OR_RETURN(const std::string key, KeyTextOf(reader, *target, domain::BodyOf(*record)));
    text += key;
  }
  return text;
}

}  // namespace entrepot::sync
