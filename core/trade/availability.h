// What is there and what will be there of one product (decision 10): by warehouse, on its way, what
// can be promised by date, and when a quantity will be here. Reads only what is in memory and
// committed. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/trade/catalogue.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/stock_service.pb.h"

namespace entrepot::trade {

class Availability {
 public:
  // All outlive it.
  Availability(const Settings& settings, const Catalogue& catalogue, const StockIndex& stock,
               const Clock& clock)
      : settings_(settings), catalogue_(catalogue), stock_(stock), clock_(clock) {}

  // NOT_FOUND (PRODUCT_NOT_FOUND); INVALID_ARGUMENT (BAD_QUANTITY).
  absl::StatusOr<v1::GetAvailabilityResponse> Get(const v1::GetAvailabilityRequest& request) const;

 private:
  const Settings& settings_;
  const Catalogue& catalogue_;
  const StockIndex& stock_;
  const Clock& clock_;
};

}  // namespace entrepot::trade
