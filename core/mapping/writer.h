// Writes a text into one field of a message: the text becomes a number, a date, an enumeration's
// value, the id of another record … Compiled once from the field's descriptor and the formats;
// writing does not allocate in steady state, except for long texts. Thread-compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/mapping/enum_names.h"
#include "core/mapping/formats.h"
#include "core/mapping/mapping.h"
#include "core/mapping/value_type.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace entrepot::mapping {

enum class WriteOutcome { kWritten, kFault, kMissing };

class ValueWriter {
 public:
  // Nothing where a field of this type cannot be written from a text (its own fields must be
  // mapped). `field` may be repeated: writing then adds an element.
  static std::optional<ValueWriter> For(const google::protobuf::FieldDescriptor* field,
                                        const ValueFormats& formats,
                                        const Environment& environment);

  // `text` is trimmed and not empty. On kFault `reason` says why; kMissing: `missing` names the
  // record that the text refers to.
  WriteOutcome Write(std::string_view text, const Resolver& resolve,
                     google::protobuf::Message* message, std::string* reason,
                     MissingReference* missing);
  // What was found through a Resolver is not to be trusted any more.
  void Forget() { last_text_.clear(); }
  bool is_reference() const { return type_ == Type::kReference; }
  domain::Kind target() const { return target_; }  // of a reference

 private:
  using Type = ValueType;

  google::protobuf::Message* Target(google::protobuf::Message* message) const;
  bool WriteText(std::string_view text, google::protobuf::Message* message,
                 std::string* reason) const;
  bool WriteBoolean(std::string_view text, google::protobuf::Message* message,
                    std::string* reason) const;
  bool WriteInteger(std::string_view text, google::protobuf::Message* message,
                    std::string* reason) const;
  bool SetInteger(int64_t value, google::protobuf::Message* message) const;
  bool WriteEnumeration(std::string_view text, google::protobuf::Message* message,
                        std::string* reason) const;
  WriteOutcome WriteReference(std::string_view text, const Resolver& resolve,
                              google::protobuf::Message* message, MissingReference* missing);
  bool WriteDecimal(std::string_view text, v1::Decimal* decimal, std::string* reason) const;
  bool WriteFraction(std::string_view text, v1::Fraction* fraction, std::string* reason) const;
  bool WriteDate(std::string_view text, v1::Date* date, std::string* reason) const;
  bool WriteMoment(std::string_view text, google::protobuf::Message* message, std::string* reason);

  const google::protobuf::FieldDescriptor* field_ = nullptr;
  // Of the message that holds the field: to ask each message for it costs a tenth of a row.
  const google::protobuf::Reflection* reflection_ = nullptr;
  Type type_ = Type::kText;
  bool repeated_ = false;
  bool percent_ = false;  // a "%" at the end is fine
  domain::Kind target_{};
  ValueFormats formats_;
  Environment environment_;
  std::optional<EnumNames> names_;
  // The text of the row before and what it meant: neighbours often share it.
  std::string last_text_;
  uint64_t last_id_ = 0;
  int64_t last_seconds_ = 0;
  int32_t last_nanos_ = 0;
};

}  // namespace entrepot::mapping
