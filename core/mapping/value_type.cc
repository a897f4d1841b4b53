#include "core/mapping/value_type.h"

#include "entrepot/v1/options.pb.h"
#include "entrepot/v1/product.pb.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::mapping {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::optional<ValueType> ValueTypeOf(const FieldDescriptor& field) {
  if (!field.options().GetExtension(v1::field).references().empty()) return ValueType::kReference;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: return ValueType::kText;
    case FieldDescriptor::CPPTYPE_BOOL: return ValueType::kBoolean;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64: return ValueType::kInteger;
    case FieldDescriptor::CPPTYPE_ENUM: return ValueType::kEnumeration;
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
    default: return std::nullopt;
  }
  const Descriptor* type = field.message_type();
  if (type == v1::Decimal::descriptor()) return ValueType::kDecimal;
  if (type == v1::Money::descriptor()) return ValueType::kMoney;
  if (type == v1::Fraction::descriptor()) return ValueType::kFraction;
  if (type == v1::Date::descriptor()) return ValueType::kDate;
  if (type == google::protobuf::Timestamp::descriptor()) return ValueType::kMoment;
  if (type == v1::VatRate::descriptor()) return ValueType::kVatRate;
  return std::nullopt;
}

domain::Kind TargetOf(const FieldDescriptor& field) {
  const auto& target = field.options().GetExtension(v1::field).references();
  return static_cast<domain::Kind>(v1::Record::descriptor()->FindFieldByName(target)->number());
}

}  // namespace entrepot::mapping
