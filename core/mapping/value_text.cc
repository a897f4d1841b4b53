#include "core/mapping/value_text.h"

#include <fmt/core.h>

#include "absl/time/civil_time.h"
#include "core/mapping/text.h"
#include "entrepot/v1/product.pb.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::mapping {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string DecimalText(const v1::Decimal& decimal, const NumberFormat& format) {
  return NumberText({decimal.units(), decimal.nanos()}, format);
}

std::string FractionText(const v1::Fraction& fraction) {
  if (fraction.denominator() == 1) return fmt::format("{}", fraction.numerator());
  return fmt::format("{}/{}", fraction.numerator(), fraction.denominator());
}

}  // namespace

std::optional<ValueText> ValueText::For(const FieldDescriptor* field, const ValueFormats& formats,
                                        const Environment& environment) {
  const std::optional<ValueType> type = ValueTypeOf(*field);
  if (!type) return std::nullopt;
  ValueText text;
  text.field_ = field;
  text.type_ = *type;
  text.formats_ = formats;
  text.environment_ = environment;
  if (*type == ValueType::kEnumeration) text.names_.emplace(*field->enum_type());
  return text;
}

bool ValueText::Write(const Message& message, int index, const ReferenceText& reference,
                      std::string* text, std::string* reason) const {
  const auto* reflection = message.GetReflection();
  const bool repeated = field_->is_repeated();
  switch (type_) {
    case ValueType::kText:
      *text = repeated ? reflection->GetRepeatedString(message, field_, index)
                       : reflection->GetString(message, field_);
      return true;
    case ValueType::kBoolean: {
      const bool yes = repeated ? reflection->GetRepeatedBool(message, field_, index)
                                : reflection->GetBool(message, field_);
      text->assign(1, yes ? '1' : '0');
      return true;
    }
    case ValueType::kInteger:
      *text = field_->cpp_type() == FieldDescriptor::CPPTYPE_UINT64
                  ? fmt::format("{}", Unsigned(message, index))
                  : fmt::format("{}", Integer(message, index));
      return true;
    case ValueType::kEnumeration:
      return WriteEnumeration(repeated ? reflection->GetRepeatedEnumValue(message, field_, index)
                                       : reflection->GetEnumValue(message, field_),
                              text, reason);
    case ValueType::kReference:
      return WriteReference(Unsigned(message, index), reference, text, reason);
    case ValueType::kDecimal:
      *text = DecimalText(static_cast<const v1::Decimal&>(Inner(message, index)), formats_.number);
      return true;
    case ValueType::kMoney: return WriteMoney(Inner(message, index), text, reason);
    case ValueType::kFraction:
      *text = FractionText(static_cast<const v1::Fraction&>(Inner(message, index)));
      return true;
    case ValueType::kDate: return WriteDate(Inner(message, index), text, reason);
    case ValueType::kMoment: return WriteMoment(Inner(message, index), text, reason);
    case ValueType::kVatRate:
      *text = DecimalText(static_cast<const v1::VatRate&>(Inner(message, index)).percent(),
                          formats_.number);
      return true;
  }
  return false;
}

const Message& ValueText::Inner(const Message& message, int index) const {
  const auto* reflection = message.GetReflection();
  return field_->is_repeated() ? reflection->GetRepeatedMessage(message, field_, index)
                               : reflection->GetMessage(message, field_);
}

int64_t ValueText::Integer(const Message& message, int index) const {
  const auto* reflection = message.GetReflection();
  const bool repeated = field_->is_repeated();
  switch (field_->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? reflection->GetRepeatedInt32(message, field_, index)
                      : reflection->GetInt32(message, field_);
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? reflection->GetRepeatedUInt32(message, field_, index)
                      : reflection->GetUInt32(message, field_);
    default:
      return repeated ? reflection->GetRepeatedInt64(message, field_, index)
                      : reflection->GetInt64(message, field_);
  }
}

uint64_t ValueText::Unsigned(const Message& message, int index) const {
  const auto* reflection = message.GetReflection();
  return field_->is_repeated() ? reflection->GetRepeatedUInt64(message, field_, index)
                               : reflection->GetUInt64(message, field_);
}

bool ValueText::WriteEnumeration(int number, std::string* text, std::string* reason) const {
  const std::string* name = names_->NameOf(number);
  if (name == nullptr) {
    *reason = fmt::format("its value {} has no name", number);
    return false;
  }
  *text = *name;
  return true;
}

bool ValueText::WriteReference(uint64_t id, const ReferenceText& reference, std::string* text,
                               std::string* reason) const {
  *text = reference(TargetOf(*field_), id);
  if (!text->empty()) return true;
  *reason = fmt::format("it refers to {} #{}, which is not in the hub",
                        domain::InfoOf(TargetOf(*field_)).name, id);
  return false;
}

bool ValueText::WriteMoney(const Message& message, std::string* text, std::string* reason) const {
  const auto& money = static_cast<const v1::Money&>(message);
  if (money.currency() != environment_.currency) {
    *reason = fmt::format(
        "it is in {}, and the column holds amounts in {} only; map amount and "
        "currency, each to a column of its own",
        Quoted(money.currency()), environment_.currency);
    return false;
  }
  *text = DecimalText(money.amount(), formats_.number);
  return true;
}

bool ValueText::WriteDate(const Message& message, std::string* text, std::string* reason) const {
  const auto& date = static_cast<const v1::Date&>(message);
  text->clear();
  if (formats_.date.Write({.year = date.year(), .month = date.month(), .day = date.day()}, text)) {
    return true;
  }
  *reason =
      fmt::format("the year {} cannot be written as {}", date.year(), formats_.date.description());
  return false;
}

bool ValueText::WriteMoment(const Message& message, std::string* text, std::string* reason) const {
  const auto& timestamp = static_cast<const google::protobuf::Timestamp&>(message);
  const absl::Time moment = absl::FromUnixSeconds(timestamp.seconds());
  absl::TimeZone::CivilInfo civil = environment_.time_zone.At(moment);
  // Local times of long ago are off by seconds, which no format can say.
  if (formats_.time.has_zone() && civil.offset % 60 != 0) civil = absl::UTCTimeZone().At(moment);
  text->clear();
  const absl::CivilSecond& second = civil.cs;
  const bool fine = second.year() >= 1 && second.year() <= 9999 &&
                    formats_.time.Write({.year = static_cast<int>(second.year()),
                                         .month = second.month(),
                                         .day = second.day(),
                                         .hour = second.hour(),
                                         .minute = second.minute(),
                                         .second = second.second(),
                                         .nanos = timestamp.nanos(),
                                         .has_zone = true,
                                         .zone_seconds = civil.offset},
                                        text);
  if (!fine) {
    *reason = fmt::format("the year {} cannot be written as {}", second.year(),
                          formats_.time.description());
  }
  return fine;
}

}  // namespace entrepot::mapping
