#include "core/mapping/writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "absl/strings/match.h"
#include "core/base/absl_view.h"
#include "core/mapping/text.h"
#include "entrepot/v1/product.pb.h"
#include "entrepot/v1/values.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::mapping {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int64_t kBillion = 1'000'000'000;

constexpr std::array<std::string_view, 17> kTrue = {
    "1", "true",   "yes",    "y",      "on", "да", "Да", "ДА", "д",
    "Д", "истина", "Истина", "ИСТИНА", "+",  "t",  "x",  "X"};
constexpr std::array<std::string_view, 15> kFalse = {"0",    "false", "no",   "n", "off",
                                                     "нет",  "Нет",   "НЕТ",  "н", "Н",
                                                     "ложь", "Ложь",  "ЛОЖЬ", "-", "f"};

template <size_t N>
bool Among(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return absl::EqualsIgnoreCase(AbslView(text), AbslView(word));
  });
}

void Store(const Number& number, v1::Decimal* decimal) {
  decimal->set_units(number.units);
  decimal->set_nanos(number.nanos);
}

}  // namespace

std::optional<ValueWriter> ValueWriter::For(const FieldDescriptor* field,
                                            const ValueFormats& formats,
                                            const Environment& environment) {
  const std::optional<Type> type = ValueTypeOf(*field);
  if (!type) return std::nullopt;
  ValueWriter writer;
  writer.field_ = field;
  writer.reflection_ = google::protobuf::MessageFactory::generated_factory()
                           ->GetPrototype(field->containing_type())
                           ->GetReflection();
  writer.type_ = *type;
  writer.repeated_ = field->is_repeated();
  writer.percent_ = *type == Type::kVatRate || absl::EndsWith(field->name(), "percent");
  writer.formats_ = formats;
  writer.environment_ = environment;
  if (*type == Type::kEnumeration) writer.names_.emplace(*field->enum_type());
  if (*type == Type::kReference) writer.target_ = TargetOf(*field);
  return writer;
}

WriteOutcome ValueWriter::Write(std::string_view text, const Resolver& resolve, Message* message,
                                std::string* reason, MissingReference* missing) {
  bool fine = false;
  switch (type_) {
    case Type::kReference: return WriteReference(text, resolve, message, missing);
    case Type::kText: fine = WriteText(text, message, reason); break;
    case Type::kBoolean: fine = WriteBoolean(text, message, reason); break;
    case Type::kInteger: fine = WriteInteger(text, message, reason); break;
    case Type::kEnumeration: fine = WriteEnumeration(text, message, reason); break;
    case Type::kDecimal:
      fine = WriteDecimal(text, static_cast<v1::Decimal*>(Target(message)), reason);
      break;
    case Type::kMoney: {
      auto* money = static_cast<v1::Money*>(Target(message));
      money->set_currency(environment_.currency);
      fine = WriteDecimal(text, money->mutable_amount(), reason);
      break;
    }
    case Type::kFraction:
      fine = WriteFraction(text, static_cast<v1::Fraction*>(Target(message)), reason);
      break;
    case Type::kDate:
      fine = WriteDate(text, static_cast<v1::Date*>(Target(message)), reason);
      break;
    case Type::kMoment: fine = WriteMoment(text, message, reason); break;
    case Type::kVatRate: {
      auto* rate = static_cast<v1::VatRate*>(Target(message));
      fine = WriteDecimal(text, rate->mutable_percent(), reason);
      break;
    }
  }
  return fine ? WriteOutcome::kWritten : WriteOutcome::kFault;
}

Message* ValueWriter::Target(Message* message) const {
  return repeated_ ? reflection_->AddMessage(message, field_)
                   : reflection_->MutableMessage(message, field_);
}

bool ValueWriter::WriteText(std::string_view text, Message* message, std::string* reason) const {
  if (!IsUtf8(text)) {
    *reason =
        fmt::format("{} is not UTF-8; is the source's encoding configured rightly?", Quoted(text));
    return false;
  }
  if (repeated_) {
    reflection_->AddString(message, field_, std::string(text));
  } else {
    reflection_->SetString(message, field_, std::string(text));
  }
  return true;
}

bool ValueWriter::WriteBoolean(std::string_view text, Message* message, std::string* reason) const {
  const bool yes = Among(text, kTrue);
  if (!yes && !Among(text, kFalse)) {
    *reason = fmt::format(
        "{} is neither yes nor no; expected 1 or 0, true or false, yes or no, "
        "да or нет",
        Quoted(text));
    return false;
  }
  if (repeated_) {
    reflection_->AddBool(message, field_, yes);
  } else {
    reflection_->SetBool(message, field_, yes);
  }
  return true;
}

bool ValueWriter::WriteInteger(std::string_view text, Message* message, std::string* reason) const {
  Number number;
  const NumberFault fault = ParseNumber(text, formats_.number, &number);
  if (fault != NumberFault::kNone) {
    *reason = DescribeFault(fault, text, formats_.number);
    return false;
  }
  if (number.nanos != 0) {
    *reason = fmt::format("{} is not a whole number", Quoted(text));
    return false;
  }
  if (!SetInteger(number.units, message)) {
    *reason = fmt::format("{} is out of the field's range", Quoted(text));
    return false;
  }
  return true;
}

bool ValueWriter::SetInteger(int64_t value, Message* message) const {
  switch (field_->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      if (value != static_cast<int32_t>(value)) return false;
      repeated_ ? reflection_->AddInt32(message, field_, static_cast<int32_t>(value))
                : reflection_->SetInt32(message, field_, static_cast<int32_t>(value));
      return true;
    case FieldDescriptor::CPPTYPE_UINT32:
      if (value != static_cast<uint32_t>(value)) return false;
      repeated_ ? reflection_->AddUInt32(message, field_, static_cast<uint32_t>(value))
                : reflection_->SetUInt32(message, field_, static_cast<uint32_t>(value));
      return true;
    case FieldDescriptor::CPPTYPE_UINT64:
      if (value < 0) return false;
      repeated_ ? reflection_->AddUInt64(message, field_, static_cast<uint64_t>(value))
                : reflection_->SetUInt64(message, field_, static_cast<uint64_t>(value));
      return true;
    default:
      repeated_ ? reflection_->AddInt64(message, field_, value)
                : reflection_->SetInt64(message, field_, value);
      return true;
  }
}

bool ValueWriter::WriteEnumeration(std::string_view text, Message* message,
                                   std::string* reason) const {
  const std::optional<int> number = names_->NumberOf(text);
  if (!number) {
    *reason = fmt::format("{} {}", Quoted(text), names_->Unknown(text));
    return false;
  }
  if (repeated_) {
    reflection_->AddEnumValue(message, field_, *number);
  } else {
    reflection_->SetEnumValue(message, field_, *number);
  }
  return true;
}

WriteOutcome ValueWriter::WriteReference(std::string_view text, const Resolver& resolve,
                                         Message* message, MissingReference* missing) {
  if (last_text_ != text) {
    const std::optional<uint64_t> id = resolve(target_, text);
    if (!id) {
      missing->kind = target_;
      missing->key = text;
      return WriteOutcome::kMissing;
    }
    last_text_ = text;
    last_id_ = *id;
  }
  if (repeated_) {
    reflection_->AddUInt64(message, field_, last_id_);
  } else {
    reflection_->SetUInt64(message, field_, last_id_);
  }
  return WriteOutcome::kWritten;
}

bool ValueWriter::WriteDecimal(std::string_view text, v1::Decimal* decimal,
                               std::string* reason) const {
  std::string_view digits = text;
  if (percent_ && !digits.empty() && digits.back() == '%') {
    digits.remove_suffix(1);
    digits = Trim(digits);
  }
  Number number;
  const NumberFault fault = ParseNumber(digits, formats_.number, &number);
  if (fault != NumberFault::kNone) {
    *reason = DescribeFault(fault, text, formats_.number);
    return false;
  }
  Store(number, decimal);
  return true;
}

// "1/2", "2", "0.5".
bool ValueWriter::WriteFraction(std::string_view text, v1::Fraction* fraction,
                                std::string* reason) const {
  const size_t slash = text.find('/');
  Number above;
  Number below{.units = 1};
  NumberFault fault = ParseNumber(Trim(text.substr(0, slash)), formats_.number, &above);
  if (fault == NumberFault::kNone && slash != std::string_view::npos) {
    fault = ParseNumber(Trim(text.substr(slash + 1)), formats_.number, &below);
  }
  // Over a common denominator of a billion.
  const __int128 numerator = static_cast<__int128>(above.units) * kBillion + above.nanos;
  const __int128 denominator = static_cast<__int128>(below.units) * kBillion + below.nanos;
  if (fault != NumberFault::kNone || denominator <= 0) {
    *reason = fmt::format("{} is not a ratio; expected 1/2, 2 or 0{}5", Quoted(text),
                          formats_.number.decimal_separator);
    return false;
  }
  __int128 a = numerator < 0 ? -numerator : numerator;
  __int128 b = denominator;
  while (b != 0) {
    const __int128 rest = a % b;
    a = b;
    b = rest;
  }
  constexpr __int128 kMax = std::numeric_limits<int64_t>::max();
  const __int128 reduced = numerator / a;
  if (reduced > kMax || reduced < -kMax || denominator / a > kMax) {
    *reason =
        fmt::format("{} cannot be kept exactly as a ratio of two whole numbers", Quoted(text));
    return false;
  }
  fraction->set_numerator(static_cast<int64_t>(reduced));
  fraction->set_denominator(static_cast<int64_t>(denominator / a));
  return true;
}

bool ValueWriter::WriteDate(std::string_view text, v1::Date* date, std::string* reason) const {
  CivilTime time;
  if (!formats_.date.Parse(text, &time)) {
    *reason = fmt::format("{} is not {}", Quoted(text), formats_.date.description());
    return false;
  }
  date->set_year(time.year);
  date->set_month(time.month);
  date->set_day(time.day);
  return true;
}

bool ValueWriter::WriteMoment(std::string_view text, Message* message, std::string* reason) {
  if (last_text_ != text) {
    CivilTime time;
    if (!formats_.time.Parse(text, &time)) {
      *reason = fmt::format("{} is not {}", Quoted(text), formats_.time.description());
      return false;
    }
    const absl::Time moment = MomentOf(time, environment_.time_zone);
    last_seconds_ = absl::ToUnixSeconds(moment);  // rounds down, as Timestamp wants it
    last_nanos_ = static_cast<int32_t>(
        absl::ToInt64Nanoseconds(moment - absl::FromUnixSeconds(last_seconds_)));
    last_text_ = text;
  }
  auto* timestamp = static_cast<google::protobuf::Timestamp*>(Target(message));
  timestamp->set_seconds(last_seconds_);
  timestamp->set_nanos(last_nanos_);
  return true;
}

}  // namespace entrepot::mapping
