// Amounts of documents: quantity times price, VAT, and the rounding that every page of a document
// shares. Each line is rounded half up to the currency's minor unit; totals add rounded lines.
// Exact integer arithmetic, pure, thread-safe.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {

// net + vat = gross, always.
struct Amounts {
  Decimal net;
  Decimal vat;
  Decimal gross;
  friend bool operator==(const Amounts&, const Amounts&) = default;
};

struct LineTerms {
  Decimal quantity;
  Decimal unit_price;
  bool vat_included = false;  // in unit_price
  Decimal vat_percent;        // 20 means 20 %; 0 to 100
  int minor_digits = 2;       // of the currency, 0 to 9
};

// VAT included: gross is rounded, then the VAT in it, and net is the rest. Not included: net is
// rounded, then the VAT on it, and gross is their sum. "Half up" is away from zero for amounts
// below zero. INVALID_ARGUMENT (BAD_VAT_PERCENT); OUT_OF_RANGE (DECIMAL_OUT_OF_RANGE).
absl::StatusOr<Amounts> LineAmounts(const LineTerms& terms);

// OUT_OF_RANGE (DECIMAL_OUT_OF_RANGE).
absl::StatusOr<Amounts> TotalOf(std::span<const Amounts> lines);

}  // namespace entrepot::domain
