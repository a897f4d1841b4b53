#include "core/domain/amounts.h"

#include <fmt/core.h>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::domain {
namespace {

absl::Status CheckRange(const Amounts& amounts) {
  if (amounts.net.InRange() && amounts.vat.InRange() && amounts.gross.InRange()) {
    return absl::OkStatus();
  }
  return Failure(absl::StatusCode::kOutOfRange, "DECIMAL_OUT_OF_RANGE",
                 "the amount is too large: less than 9.3e18 can be kept");
}

}  // namespace

absl::StatusOr<Amounts> LineAmounts(const LineTerms& terms) {
  const Decimal hundred = 100;
  if (terms.vat_percent < Decimal(0) || terms.vat_percent > hundred) {
    return Failure(
        absl::StatusCode::kInvalidArgument, "BAD_VAT_PERCENT",
        fmt::format("a VAT rate of {} % lies outside 0 to 100", terms.vat_percent.ToString()));
  }
  Amounts amounts;
  ASSIGN_OR_RETURN(const Decimal priced,
                   terms.quantity.MulDivRounded(terms.unit_price, 1, terms.minor_digits));
  const Decimal base = terms.vat_included ? hundred + terms.vat_percent : hundred;
  ASSIGN_OR_RETURN(amounts.vat, priced.MulDivRounded(terms.vat_percent, base, terms.minor_digits));
  amounts.net = terms.vat_included ? priced - amounts.vat : priced;
  amounts.gross = amounts.net + amounts.vat;
  RETURN_IF_ERROR(CheckRange(amounts));
  return amounts;
}

absl::StatusOr<Amounts> TotalOf(std::span<const Amounts> lines) {
  Amounts total;
  for (const Amounts& line : lines) {
    total.net += line.net;
    total.vat += line.vat;
    total.gross += line.gross;
    RETURN_IF_ERROR(CheckRange(total));
  }
  return total;
}

}  // namespace entrepot::domain
