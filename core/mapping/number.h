// Numbers as people and systems write them: decimal and group separators. Exact.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace entrepot::mapping {

struct NumberFormat {
  char decimal_separator = '.';
  // Allowed between digits; ' ' stands for every kind of space; 0: none.
  char group_separator = 0;
};

// units + nanos / 10^9, both of one sign, as in v1::Decimal.
struct Number {
  int64_t units = 0;
  int32_t nanos = 0;
};

enum class NumberFault { kNone, kNotANumber, kTooManyDecimals, kTooLarge };

// `text` has no spaces around it. On a fault `number` is undefined.
NumberFault ParseNumber(std::string_view text, const NumberFormat& format, Number* number);

// The text that ParseNumber reads as `number`: no group separators, no zeros behind the last
// decimal.
std::string NumberText(const Number& number, const NumberFormat& format);

// Why `text` is no number, and what would be one: a sentence.
std::string DescribeFault(NumberFault fault, std::string_view text, const NumberFormat& format);

}  // namespace entrepot::mapping
