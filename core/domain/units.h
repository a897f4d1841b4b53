// Units of measure: UN/ECE Recommendation 20 codes that occur in trade and in product attributes,
// and packages of Recommendation 21 with "X" before them, as UBL writes them. OKEI, the Russian
// classifier, is mapped to them. Static tables, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {

enum class UnitCategory {
  kOwn,  // converts to nothing else: packages, sets, degrees
  kCount,
  kMass,
  kLength,
  kArea,
  kVolume,
  kTime,
  kMonths,  // months and years: of no fixed number of days
  kEnergy,
  kPower,
  kApparentPower,
  kReactivePower,
  kCharge,
  kCurrent,
  kVoltage,
  kResistance,
  kCapacitance,
  kInductance,
  kFrequency,
  kPressure,
  kForce,
  kSpeed,
  kFlow,
  kInformation,
  kRatio,
  kMassPerArea,
  kDensity,
};

struct Unit {
  std::string_view code;  // "KGM"
  UnitCategory category;
  // One of it is numerator / denominator of the category's base unit, in lowest terms.
  int64_t numerator;
  int64_t denominator;
  std::string_view name;       // "kilogram"
  std::string_view symbol;     // "kg"
  std::string_view symbol_ru;  // "кг"
};

// By category, base unit first.
std::span<const Unit> Units();
// nullptr: unknown. Codes are upper case.
const Unit* FindUnit(std::string_view code);
// INVALID_ARGUMENT (UNKNOWN_UNIT) that names what was probably meant.
absl::Status CheckUnit(std::string_view code);

// The code for an OKEI code ("796"), an OKEI letter code ("PCE"), a Russian or English symbol
// ("шт.", "кв. м", "kg"), or the code itself; case, points and spaces do not count. Empty: unknown.
// The view is static.
std::string_view UnitOfText(std::string_view text);
// What UnitOfText knows, for "did you mean".
std::span<const std::string_view> UnitTexts();

// One `from` is exactly so many `to`, in lowest terms.
struct UnitFactor {
  int64_t numerator = 1;
  int64_t denominator = 1;
};
// INVALID_ARGUMENT (UNKNOWN_UNIT, UNITS_DIFFER: of different categories); OUT_OF_RANGE
// (DECIMAL_OUT_OF_RANGE).
absl::StatusOr<UnitFactor> FactorBetween(std::string_view from, std::string_view to);

// Exact or not at all: errors as FactorBetween; INVALID_ARGUMENT (NOT_EXACT) where the result has
// more than nine decimals.
absl::StatusOr<Decimal> Convert(Decimal quantity, std::string_view from, std::string_view to);

}  // namespace entrepot::domain
