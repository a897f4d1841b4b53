// What clients owe: open invoices, what payments settle them, what is overdue since when, and what
// accounting says. Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "core/trade/accounts.h"
#include "core/trade/catalogue.h"
#include "core/trade/settings.h"
#include "entrepot/v1/client_service.pb.h"

namespace entrepot::trade {

class Receivables {
 public:
  // All outlive it.
  Receivables(const Settings& settings, store::Store& store, const Catalogue& catalogue,
              const Accounts& accounts, const Clock& clock)
      : settings_(settings),
        store_(store),
        catalogue_(catalogue),
        accounts_(accounts),
        clock_(clock) {}

  // Errors of Get and List: as client_service.proto says, and those of Store::Read.
  absl::StatusOr<v1::GetReceivablesResponse> Get(const v1::GetReceivablesRequest& request) const;
  absl::StatusOr<v1::ListReceivablesResponse> List(const v1::ListReceivablesRequest& request) const;
  // One for each currency, without invoices and payments.
  std::vector<v1::Receivables> Today(uint64_t client_id) const;

 private:
  absl::StatusOr<absl::CivilDay> DayOf(bool given, const v1::Date& date) const;

  const Settings& settings_;
  store::Store& store_;
  const Catalogue& catalogue_;
  const Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace entrepot::trade
