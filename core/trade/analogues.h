// What is in stock and does the work of a product that is missing: declared relations first, then
// products of the same family by their attributes, each with its reasons. Never an accessory, a
// complement, a component or what is declared incompatible. Reads only memory. Thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/domain/decimal.h"
#include "core/trade/catalogue.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"
#include "entrepot/v1/product_service.pb.h"

namespace entrepot::trade {

class Analogues {
 public:
  // All outlive it.
  Analogues(const Settings& settings, const Catalogue& catalogue, const StockIndex& stock,
            const Clock& clock)
      : settings_(settings), catalogue_(catalogue), stock_(stock), clock_(clock) {}

  // NOT_FOUND (PRODUCT_NOT_FOUND); INVALID_ARGUMENT (BAD_QUANTITY, BAD_LIMIT).
  absl::StatusOr<v1::SuggestAnaloguesResponse> Suggest(
      const v1::SuggestAnaloguesRequest& request) const;

  // At most `limit` analogues for `quantity` of a product, best first; empty when nothing fits.
  // `view` kWriter is for the writer's thread only.
  std::vector<v1::Analogue> Find(const ProductInfo& product, domain::Decimal quantity, int limit,
                                 View view) const;

 private:
  const Settings& settings_;
  const Catalogue& catalogue_;
  const StockIndex& stock_;
  const Clock& clock_;
};

}  // namespace entrepot::trade
