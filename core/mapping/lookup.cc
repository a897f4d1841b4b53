#include "core/mapping/lookup.h"

#include "core/domain/currency.h"
#include "core/domain/units.h"

namespace entrepot::mapping {
namespace {

class UnitTable final : public LookupTable {
 public:
  std::string_view Find(std::string_view text) const override { return domain::UnitOfText(text); }
  std::string_view description() const override {
    return "a known unit of measure (OKEI code, symbol or Rec 20 code)";
  }
  std::span<const std::string_view> texts() const override { return domain::UnitTexts(); }
};

class CurrencyTable final : public LookupTable {
 public:
  std::string_view Find(std::string_view text) const override {
    return domain::CurrencyOfText(text);
  }
  std::string_view description() const override {
    return "a known currency (ISO 4217 code or number, or a national spelling)";
  }
  std::span<const std::string_view> texts() const override { return domain::CurrencyTexts(); }
};

}  // namespace

const LookupTable* FindLookupTable(std::string_view name) {
  static const UnitTable units;
  static const CurrencyTable currencies;
  if (name == "okei") return &units;
  return name == "currency" ? &currencies : nullptr;
}

}  // namespace entrepot::mapping
