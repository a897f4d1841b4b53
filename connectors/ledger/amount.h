// Exact amounts of money: billionths in 128 bits, as wide as the hub's decimals and their sums.
#pragma once

#include <entrepot/sdk/connector.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace entrepot::ledger {

using Nanos = __int128;

Nanos NanosOf(const sdk::Decimal& decimal);

// mantissa / 10^places, as hledger's JSON has it. Throws sdk::Error (kBadData) for places beyond 9
// that matter, or below 0.
Nanos NanosOf(int64_t mantissa, int64_t places);

// "-1234.50": at least `decimals` digits after the point, more where the amount has more.
std::string AmountText(Nanos amount, int decimals);

// Digits of a currency's minor unit (ISO 4217), but 2 at least, as accountants write.
int WrittenDecimals(std::string_view currency);

}  // namespace entrepot::ledger
