#include "core/trade/trade.h"

#include <utility>

#include "core/trade/reactions/invoicing.h"
#include "core/trade/reactions/promises.h"

namespace entrepot::trade {
namespace {

std::vector<std::unique_ptr<Reaction>> AllReactions(const Books& books) {
  std::vector<std::unique_ptr<Reaction>> reactions;
  reactions.push_back(std::make_unique<Promises>(books));
  reactions.push_back(std::make_unique<Invoicing>(books));
  return reactions;
}

}  // namespace

Trade::Trade(Settings trade_settings, store::Store& store, const Clock& clock)
    : settings(std::move(trade_settings)),
      stock(settings),
      availability(settings, catalogue, stock, clock),
      analogues(settings, catalogue, stock, clock),
      ordering(Books{settings, catalogue, stock, documents}, analogues, store),
      stock_requests(Books{settings, catalogue, stock, documents}, store),
      receivables(settings, store, catalogue, accounts, clock),
      cards(store, catalogue, receivables),
      reactions(store, clock, AllReactions(Books{settings, catalogue, stock, documents})) {
  store.AddProjection(&catalogue);
  store.AddProjection(&stock);
  store.AddProjection(&documents);
  store.AddProjection(&accounts);
}

}  // namespace entrepot::trade
