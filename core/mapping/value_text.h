// The text of a field's value, as ValueWriter reads it: the way back from records to rows. Compiled
// once from the field's descriptor and the formats. Immutable; thread-safe as far as the callback
// is.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/mapping/enum_names.h"
#include "core/mapping/formats.h"
#include "core/mapping/mapping.h"
#include "core/mapping/value_type.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace entrepot::mapping {

// By what the outside system knows a record: its outside id there, else its key; empty: the record
// is not there.
using ReferenceText = std::function<std::string(domain::Kind, uint64_t record_id)>;

class ValueText {
 public:
  // Nothing where the field has fields of its own.
  static std::optional<ValueText> For(const google::protobuf::FieldDescriptor* field,
                                      const ValueFormats& formats, const Environment& environment);

  // The value of the field in `message`, or its element `index`. False: `reason` says why it cannot
  // be written. REQUIRES: the field is set, `index` is in its range and 0 where it is not repeated.
  bool Write(const google::protobuf::Message& message, int index, const ReferenceText& reference,
             std::string* text, std::string* reason) const;
  bool is_reference() const { return type_ == ValueType::kReference; }

 private:
  const google::protobuf::Message& Inner(const google::protobuf::Message& message, int index) const;
  int64_t Integer(const google::protobuf::Message& message, int index) const;
  uint64_t Unsigned(const google::protobuf::Message& message, int index) const;
  bool WriteEnumeration(int number, std::string* text, std::string* reason) const;
  bool WriteReference(uint64_t id, const ReferenceText& reference, std::string* text,
                      std::string* reason) const;
  bool WriteMoney(const google::protobuf::Message& money, std::string* text,
                  std::string* reason) const;
  bool WriteDate(const google::protobuf::Message& date, std::string* text,
                 std::string* reason) const;
  bool WriteMoment(const google::protobuf::Message& timestamp, std::string* text,
                   std::string* reason) const;

  const google::protobuf::FieldDescriptor* field_ = nullptr;
  ValueType type_ = ValueType::kText;
  ValueFormats formats_;
  Environment environment_;
  std::optional<EnumNames> names_;
};

}  // namespace entrepot::mapping
