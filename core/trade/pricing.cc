#include "core/trade/pricing.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "core/base/reason.h"
#include "core/domain/date.h"
#include "core/trade/texts.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;

absl::CivilDay Start(PackedDay day) { return day.has_value() ? day.get() : absl::CivilDay::min(); }

}  // namespace

bool SignedLater(const ContractInfo& a, const ContractInfo& b) {
  return std::tuple(Start(a.valid_from), a.key) > std::tuple(Start(b.valid_from), b.key);
}

Pricing::Pricing(const Settings& settings, const Catalogue& catalogue, const ClientInfo& client,
                 absl::CivilDay today)
    : settings_(settings), catalogue_(catalogue), today_(today), currency_(settings.currency) {
  const auto contract =
      ContractOn(today, catalogue.ContractsOf(client.id, View::kWriter),
                 [](const ContractInfo& contract) { return !contract.price_type.empty(); });
  price_type_ = contract                     ? contract->price_type.text()
                : !client.price_type.empty() ? client.price_type
                                             : settings.sales.default_price_type();
}

absl::StatusOr<UnitPrice> Pricing::Find(const ProductInfo& product, Decimal quantity) {
  std::optional<PriceInfo> best;
  for (const PriceInfo& price : catalogue_.PricesOf(product.id, View::kWriter)) {
    if (price.price_type.text() != price_type_ || !price.HoldsOn(today_)) continue;
    if (price.minimum_quantity.get() > quantity) continue;
    const std::string& currency =
        price.currency.empty() ? settings_.currency : price.currency.text();
    if (currency_is_fixed_ && currency != currency_) continue;
    const auto rank = [](const PriceInfo& info) {
      return std::tuple(info.minimum_quantity.get(), Start(info.valid_from), info.key);
    };
    if (!best || rank(*best) < rank(price)) best = price;
  }
  if (!best) {
    return Failure(
        absl::StatusCode::kFailedPrecondition, "NO_PRICE",
        fmt::format("product {} has no price of type \"{}\" that holds on {} for {}{}; give the "
                    "line a unit_price, or add the price where prices are kept",
                    product.sku, price_type_, domain::DayText(today_),
                    texts::Quantity(quantity, product.unit.text()),
                    currency_is_fixed_ ? " in " + currency_ : ""));
  }
  currency_ = best->currency.empty() ? settings_.currency : best->currency.text();
  currency_is_fixed_ = true;
  return UnitPrice{best->price.get(), best->vat_included};
}

int PaymentDays(const Settings& settings, const Catalogue& catalogue, uint64_t client_id,
                absl::CivilDay issued_on) {
  const auto contract =
      ContractOn(issued_on, catalogue.ContractsOf(client_id, View::kWriter),
                 [](const ContractInfo& contract) { return contract.payment_days.has_value(); });
  return std::max(0, contract ? *contract->payment_days : settings.sales.payment_days());
}

}  // namespace entrepot::trade
