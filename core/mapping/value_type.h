// What a field's text stands for: decides how it is read into the field and written from it.
#pragma once

#include <optional>

#include "core/domain/kind.h"
#include "google/protobuf/descriptor.h"

namespace entrepot::mapping {

enum class ValueType {
  kText,
  kBoolean,
  kInteger,
  kEnumeration,
  kReference,
  kDecimal,
  kMoney,
  kFraction,
  kDate,
  kMoment,
  kVatRate,
};

// Of one element where the field is repeated. Nothing: it has fields of its own, which are mapped.
std::optional<ValueType> ValueTypeOf(const google::protobuf::FieldDescriptor& field);

// The kind that a reference refers to. REQUIRES: its type is kReference.
domain::Kind TargetOf(const google::protobuf::FieldDescriptor& field);

}  // namespace entrepot::mapping
