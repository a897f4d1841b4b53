#include "core/domain/units.h"

#include <fmt/core.h>

#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/fold.h"
#include "core/domain/unit_table.h"

namespace entrepot::domain {
namespace {

using Int128 = __int128;

const std::unordered_map<std::string_view, const Unit*>& UnitsByCode() {
  static const auto* by_code = [] {
    auto* made = new std::unordered_map<std::string_view, const Unit*>();
    for (const Unit& unit : UnitTable()) made->emplace(unit.code, &unit);
    return made;
  }();
  return *by_code;
}

bool IsNumber(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Of equal texts the first stands, so that codes come before symbols, and common units before
// others.
struct Texts {
  std::unordered_map<std::string_view, std::string_view> exact;
  std::unordered_map<std::string, std::string_view> folded;
  std::vector<std::string_view> all;

  Texts() {
    for (const Unit& unit : UnitTable()) exact.emplace(unit.code, unit.code);
    for (const UnitText& row : UnitTextTable()) Add(row.text, row.code);
    for (const Unit& unit : UnitTable()) {
      if (!IsNumber(unit.symbol_ru)) Add(unit.symbol_ru, unit.code);
      if (!IsNumber(unit.symbol)) Add(unit.symbol, unit.code);
    }
    for (const Unit& unit : UnitTable()) Add(unit.code, unit.code);
  }

  void Add(std::string_view text, std::string_view code) {
    exact.emplace(text, code);
    if (folded.emplace(Folded(text), code).second) all.push_back(text);
  }
};

const Texts& AllTexts() {
  static const auto* texts = new Texts();
  return *texts;
}

absl::StatusOr<const Unit*> UnitNamed(std::string_view code) {
  RETURN_IF_ERROR(CheckUnit(code));
  return FindUnit(code);
}

}  // namespace

std::span<const Unit> Units() { return UnitTable(); }

const Unit* FindUnit(std::string_view code) {
  const auto found = UnitsByCode().find(code);
  return found == UnitsByCode().end() ? nullptr : found->second;
}

absl::Status CheckUnit(std::string_view code) {
  if (FindUnit(code) != nullptr) return absl::OkStatus();
  const std::string_view meant = UnitOfText(code);
  const std::string hint =
      !meant.empty() ? fmt::format("; its code is \"{}\"", meant) : DidYouMean(code, UnitTexts());
  return Failure(
      absl::StatusCode::kInvalidArgument, "UNKNOWN_UNIT",
      fmt::format("\"{}\" is no unit of UN/ECE Recommendation 20 that is known{}", code, hint));
}

std::string_view UnitOfText(std::string_view text) {
  const Texts& texts = AllTexts();
  if (const auto found = texts.exact.find(text); found != texts.exact.end()) return found->second;
  const auto found = texts.folded.find(Folded(text));
  return found == texts.folded.end() ? std::string_view() : found->second;
}

std::span<const std::string_view> UnitTexts() { return AllTexts().all; }

absl::StatusOr<UnitFactor> FactorBetween(std::string_view from, std::string_view to) {
  ASSIGN_OR_RETURN(const Unit* const source, UnitNamed(from));
  ASSIGN_OR_RETURN(const Unit* const target, UnitNamed(to));
  if (source == target) return UnitFactor{};
  if (source->category != target->category || source->category == UnitCategory::kOwn) {
    return Failure(absl::StatusCode::kInvalidArgument, "UNITS_DIFFER",
                   fmt::format("{} ({}) cannot be converted to {} ({})", source->code, source->name,
                               target->code, target->name));
  }
  // Cancelled crosswise, both products are in lowest terms.
  const int64_t over = std::gcd(source->numerator, target->numerator);
  const int64_t under = std::gcd(source->denominator, target->denominator);
  const Int128 numerator =
      static_cast<Int128>(source->numerator / over) * (target->denominator / under);
  const Int128 denominator =
      static_cast<Int128>(source->denominator / under) * (target->numerator / over);
  constexpr Int128 kMax = std::numeric_limits<int64_t>::max();
  if (numerator > kMax || denominator > kMax) {
    return Failure(absl::StatusCode::kOutOfRange, "DECIMAL_OUT_OF_RANGE",
                   fmt::format("the factor from {} to {} is out of range", from, to));
  }
  return UnitFactor{static_cast<int64_t>(numerator), static_cast<int64_t>(denominator)};
}

absl::StatusOr<Decimal> Convert(Decimal quantity, std::string_view from, std::string_view to) {
  ASSIGN_OR_RETURN(const UnitFactor factor, FactorBetween(from, to));
  ASSIGN_OR_RETURN(const Decimal converted,
                   quantity.MulDivRounded(factor.numerator, factor.denominator, 9));
  // The factor is in lowest terms, so the denominator must divide the billionths by itself.
  const bool exact = quantity.billionths() % factor.denominator == 0;
  if (!exact) {
    return Failure(absl::StatusCode::kInvalidArgument, "NOT_EXACT",
                   fmt::format("{} {} is no number of {} with nine decimals or fewer",
                               quantity.ToString(), from, to));
  }
  return converted;
}

}  // namespace entrepot::domain
