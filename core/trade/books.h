// What the operations of trade read in memory, as one argument.
#pragma once

#include "core/trade/catalogue.h"
#include "core/trade/documents.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"

namespace entrepot::trade {

// Borrows; copied freely.
struct Books {
  const Settings& settings;
  const Catalogue& catalogue;
  const StockIndex& stock;
  const Documents& documents;
};

}  // namespace entrepot::trade
