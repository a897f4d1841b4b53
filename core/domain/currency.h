// Currencies: ISO 4217 codes with the digits of their minor unit, and how they are spelled in
// national files. Static tables, thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace entrepot::domain {

struct Currency {
  std::string_view code;     // "RUB"
  std::string_view numeric;  // "643"
  int minor_digits;          // 2: kopecks
};

std::span<const Currency> Currencies();
// nullptr: unknown. Codes are upper case.
const Currency* FindCurrency(std::string_view code);
// INVALID_ARGUMENT (UNKNOWN_CURRENCY) that names what was probably meant.
absl::Status CheckCurrency(std::string_view code);

// The code for a numeric code, a national spelling or sign ("руб.", "грн", "₽", "810",
// "RUR"), or the code itself; case, points and spaces do not count. Empty: unknown, or said of
// several currencies ("¥", "kr"). The view is static.
std::string_view CurrencyOfText(std::string_view text);
// What CurrencyOfText knows, for "did you mean".
std::span<const std::string_view> CurrencyTexts();

}  // namespace entrepot::domain
