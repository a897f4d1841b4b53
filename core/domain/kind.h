// The kinds of record, read from the oneof in entrepot/v1/record.proto. Everything that is said of
// "a kind" outside core/domain and core/trade goes through here and names none.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "entrepot/v1/record.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

// The field number in Record.body.
using Kind = v1::Record::BodyCase;

// Some of the kinds.
class KindSet {
 public:
  KindSet() = default;
  KindSet(std::initializer_list<Kind> kinds) {
    for (const Kind kind : kinds) Add(kind);
  }
  static KindSet All() {
    KindSet all;
    all.bits_ = ~uint64_t{0};
    return all;
  }
  void Add(Kind kind) { bits_ |= BitOf(kind); }
  bool Has(Kind kind) const { return (bits_ & BitOf(kind)) != 0; }

 private:
  // Field numbers of the oneof stay below 64.
  static uint64_t BitOf(Kind kind) { return uint64_t{1} << static_cast<int>(kind); }
  uint64_t bits_ = 0;
};

// A field of a kind whose value is the id of another record, wherever it stands in the body.
struct ReferenceField {
  std::vector<const google::protobuf::FieldDescriptor*> path;  // outermost first
  Kind target;
};

// Static for the life of the process.
struct KindInfo {
  Kind kind;
  std::string name;  // "stock_level"
  const google::protobuf::Descriptor* descriptor;
  const google::protobuf::FieldDescriptor* body_field;  // in Record
  std::vector<const google::protobuf::FieldDescriptor*> key;
  std::vector<ReferenceField> references;
  // Authority groups: [0] is "main"; group_of[i] is the group of descriptor->field(i).
  std::vector<std::string> groups;
  std::vector<int> group_of;
  bool bulk = false;
  bool hub_owned = false;
};

// All kinds in order of dependency: a kind comes after those it refers to.
std::span<const KindInfo> Kinds();
const KindInfo& InfoOf(Kind kind);
// INVALID_ARGUMENT (UNKNOWN_KIND) that names the nearest known one.
absl::StatusOr<const KindInfo*> FindKind(std::string_view name);

// The body of a record that has one; a record without a body is a bug.
const google::protobuf::Message& BodyOf(const v1::Record& record);
google::protobuf::Message* MutableBodyOf(v1::Record* record, Kind kind);
// BODY_NOT_SET for a message that is no kind.
Kind KindOf(const google::protobuf::Descriptor* descriptor);
template <typename T>
Kind KindOf() {  // KindOf<v1::Client>()
  static const Kind kind = KindOf(T::descriptor());
  return kind;
}

// The ids a body refers to, in order of fields, doubles included.
std::vector<uint64_t> ReferencesOf(const KindInfo& info, const google::protobuf::Message& body);

// The serialised key fields: equal keys have equal bytes. Used to look records up.
std::string KeyBytes(const KindInfo& info, const google::protobuf::Message& body);
// The key is one string field.
bool HasTextKey(const KindInfo& info);
// Of a key that is one string field, by which people and other systems refer to the record: that
// string, borrowed from the bytes. Empty for all other keys.
std::string_view TextOfKeyBytes(const KindInfo& info, std::string_view key_bytes);

// The key as people write it: fields joined by "/"; a reference stands as "#<id>" here, and whoever
// can look records up replaces it by that record's key.
std::string KeyText(const KindInfo& info, const google::protobuf::Message& body);

// The one serialised form of a message: equal messages have equal bytes within one build.
void AppendCanonicalBytes(const google::protobuf::Message& message, std::string* bytes);

}  // namespace entrepot::domain
