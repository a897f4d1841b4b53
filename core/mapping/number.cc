#include "core/mapping/number.h"

#include <fmt/core.h>

#include <limits>

#include "core/mapping/text.h"

namespace entrepot::mapping {
namespace {

constexpr int kPlaces = 9;
constexpr int32_t kPowersOfTen[kPlaces + 1] = {1,      10,      100,      1000,      10000,
                                               100000, 1000000, 10000000, 100000000, 1000000000};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Drops the sign; true where it is a minus.
bool TakeSign(std::string_view* text) {
  constexpr std::string_view kMinus = "\xE2\x88\x92";  // U+2212, as spreadsheets write it
  if (text->empty()) return false;
  if (text->front() == '-' || text->front() == '+') {
    const bool minus = text->front() == '-';
    text->remove_prefix(1);
    return minus;
  }
  if (text->substr(0, kMinus.size()) != kMinus) return false;
  text->remove_prefix(kMinus.size());
  return true;
}

// The length of the group separator at the start of `text`; 0: there is none.
size_t GroupSeparator(std::string_view text, char separator) {
  if (separator == 0) return 0;
  if (separator == ' ') return LeadingSpace(text);
  return text.front() == separator ? 1 : 0;
}

// The digits before the decimal separator, which are taken off `text`.
NumberFault TakeUnits(std::string_view* text, const NumberFormat& format, int64_t* units) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  int64_t value = 0;
  size_t at = 0;
  while (at < text->size() && (*text)[at] != format.decimal_separator) {
    const char c = (*text)[at];
    if (IsDigit(c)) {
      const int digit = c - '0';
      if (value > (kMax - digit) / 10) return NumberFault::kTooLarge;
      value = value * 10 + digit;
      ++at;
      continue;
    }
    const size_t skipped = at == 0 ? 0 : GroupSeparator(text->substr(at), format.group_separator);
    if (skipped == 0 || at + skipped >= text->size() || !IsDigit((*text)[at + skipped])) {
      return NumberFault::kNotANumber;
    }
    at += skipped;
  }
  *units = value;
  text->remove_prefix(at);
  return NumberFault::kNone;
}

// The digits behind the decimal separator.
NumberFault ReadNanos(std::string_view digits, int32_t* nanos) {
  int32_t value = 0;
  int places = 0;
  bool lost = false;
  for (char c : digits) {
    if (!IsDigit(c)) return NumberFault::kNotANumber;
    if (places < kPlaces) {
      value = value * 10 + (c - '0');
      ++places;
    } else {
      lost |= c != '0';
    }
  }
  if (lost) return NumberFault::kTooManyDecimals;
  *nanos = value * kPowersOfTen[kPlaces - places];
  return NumberFault::kNone;
}

}  // namespace

NumberFault ParseNumber(std::string_view text, const NumberFormat& format, Number* number) {
  const bool negative = TakeSign(&text);
  const size_t length = text.size();
  if (const NumberFault fault = TakeUnits(&text, format, &number->units);
      fault != NumberFault::kNone) {
    return fault;
  }
  bool digits = text.size() != length;
  number->nanos = 0;
  if (!text.empty()) {
    text.remove_prefix(1);
    digits |= !text.empty();
    if (const NumberFault fault = ReadNanos(text, &number->nanos); fault != NumberFault::kNone) {
      return fault;
    }
  }
  if (!digits) return NumberFault::kNotANumber;
  if (negative) {
    number->units = -number->units;
    number->nanos = -number->nanos;
  }
  return NumberFault::kNone;
}

std::string NumberText(const Number& number, const NumberFormat& format) {
  const bool negative = number.units < 0 || number.nanos < 0;
  // -(-2^63) does not fit.
  const uint64_t units =
      negative ? 0 - static_cast<uint64_t>(number.units) : static_cast<uint64_t>(number.units);
  std::string text = fmt::format("{}{}", negative ? "-" : "", units);
  if (number.nanos == 0) return text;
  std::string decimals = fmt::format("{:09}", negative ? -number.nanos : number.nanos);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  text += format.decimal_separator;
  return text += decimals;
}

std::string DescribeFault(NumberFault fault, std::string_view text, const NumberFormat& format) {
  switch (fault) {
    case NumberFault::kTooManyDecimals:
      return fmt::format("{} has more than nine decimals; the hub keeps nine, exactly",
                         Quoted(text));
    case NumberFault::kTooLarge:
      return fmt::format("{} is too large; at most 9223372036854775807 is kept", Quoted(text));
    case NumberFault::kNone:
    case NumberFault::kNotANumber: break;
  }
  std::string groups;
  if (format.group_separator != 0) {
    groups = fmt::format(" and \"{}\" between groups of digits", format.group_separator);
  }
  return fmt::format("{} is not a number; expected digits with \"{}\" as the decimal separator{}",
                     Quoted(text), format.decimal_separator, groups);
}

}  // namespace entrepot::mapping
