// All of trade, wired: what the daemon and the tests make one of. Made between Store::Open and
// Store::Start, because its projections must see every record.
#pragma once

#include "core/base/clock.h"
#include "core/store/store.h"
#include "core/trade/accounts.h"
#include "core/trade/analogues.h"
#include "core/trade/availability.h"
#include "core/trade/cards.h"
#include "core/trade/catalogue.h"
#include "core/trade/documents.h"
#include "core/trade/ordering.h"
#include "core/trade/reactions/runner.h"
#include "core/trade/receivables.h"
#include "core/trade/settings.h"
#include "core/trade/stock_index.h"
#include "core/trade/stock_requests.h"

namespace entrepot::trade {

// Neither copied nor moved: its parts refer to each other.
class Trade {
 public:
  // Registers the projections. `store` and `clock` outlive it; the reactions run once they are
  // started: `trade.reactions.Start()` after Store::Start, `Stop()` before Store::Stop.
  Trade(Settings settings, store::Store& store, const Clock& clock);
  Trade(const Trade&) = delete;

  const Settings settings;
  Catalogue catalogue;
  StockIndex stock;
  Documents documents;
  Accounts accounts;

  Availability availability;
  Analogues analogues;
  Ordering ordering;
  StockRequests stock_requests;
  Receivables receivables;
  Cards cards;
  Reactions reactions;
};

}  // namespace entrepot::trade
