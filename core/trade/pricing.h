// What a client pays: by the contract's price type, else the client's own, else the company's
// default; and by which day an invoice is due. The writer's view of the catalogue.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"
#include "core/trade/catalogue.h"
#include "core/trade/settings.h"

namespace entrepot::trade {

struct UnitPrice {
  domain::Decimal amount;
  bool vat_included = false;
};

// The prices of one order. Its currency is the company's, unless the first price found in the
// catalogue is in another.
class Pricing {
 public:
  Pricing(const Settings& settings, const Catalogue& catalogue, const ClientInfo& client,
          absl::CivilDay today);

  // The price that holds today for this quantity: the highest minimum that it reaches, then the
  // newest. FAILED_PRECONDITION (NO_PRICE) that says what was looked for.
  absl::StatusOr<UnitPrice> Find(const ProductInfo& product, domain::Decimal quantity);
  const std::string& currency() const { return currency_; }

 private:
  const Settings& settings_;
  const Catalogue& catalogue_;
  absl::CivilDay today_;
  std::string price_type_;
  std::string currency_;
  bool currency_is_fixed_ = false;
};

bool SignedLater(const ContractInfo& a, const ContractInfo& b);

// Of those that hold on a day, the one signed last for which `has` is true; nothing: none.
template <typename Has>
std::optional<ContractInfo> ContractOn(absl::CivilDay day, const std::vector<ContractInfo>& all,
                                       Has has) {
  std::optional<ContractInfo> newest;
  for (const ContractInfo& contract : all) {
    if (!contract.HoldsOn(day) || !has(contract)) continue;
    if (!newest || SignedLater(contract, *newest)) newest = contract;
  }
  return newest;
}

// Days from an invoice to the day on which it is due.
int PaymentDays(const Settings& settings, const Catalogue& catalogue, uint64_t client_id,
                absl::CivilDay issued_on);

}  // namespace entrepot::trade
