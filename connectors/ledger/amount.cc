#include "amount.h"

#include <algorithm>

namespace entrepot::ledger {
namespace {

constexpr Nanos kOne = 1'000'000'000;
constexpr int kPlaces = 9;
// The currencies whose minor unit is a thousandth.
constexpr std::string_view kThousandths[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

}  // namespace

Nanos NanosOf(const sdk::Decimal& decimal) { return decimal.units * kOne + decimal.nanos; }

Nanos NanosOf(int64_t mantissa, int64_t places) {
  if (places < 0) throw sdk::BadData("hledger gave an amount that is out of range");
  for (; places > kPlaces; --places) {
    if (mantissa % 10 != 0) throw sdk::BadData("hledger gave an amount with more than 9 decimals");
    mantissa /= 10;
  }
  Nanos amount = mantissa;
  for (; places < kPlaces; ++places) amount *= 10;
  return amount;
}

std::string AmountText(Nanos amount, int decimals) {
  const bool negative = amount < 0;
  if (negative) amount = -amount;
  std::string fraction(kPlaces, '0');
  auto rest = static_cast<uint64_t>(amount % kOne);
  for (int i = kPlaces; i-- > 0; rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
  while (static_cast<int>(fraction.size()) > decimals && fraction.back() == '0') {
    fraction.pop_back();
  }
  std::string text;
  Nanos units = amount / kOne;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(units % 10)));
    units /= 10;
  } while (units > 0);
  if (!fraction.empty()) text += "." + fraction;
  return negative ? "-" + text : text;
}

int WrittenDecimals(std::string_view currency) {
  const auto* const found = std::find(std::begin(kThousandths), std::end(kThousandths), currency);
  return found != std::end(kThousandths) ? 3 : 2;
}

}  // namespace entrepot::ledger
