#include "core/trade/reactions/promises.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/lifecycle.h"
#include "core/trade/back_orders.h"
#include "core/trade/order_lines.h"

namespace entrepot::trade {
namespace {

using v1::Record;

constexpr std::string_view kOrigin = "reaction:promises";
constexpr int kLinesWrittenMax = 100;  // in one transaction

// The product of a supply's revision; 0: unreadable.
uint64_t ProductOfSupply(const std::string& body) {
  v1::Supply supply;
  return supply.ParseFromString(body) ? supply.product_id() : 0;
}

void AddSupply(const store::LogEntry& entry, const store::Reader& reader,
               std::vector<uint64_t>* products) {
  products->push_back(ProductOfSupply(entry.body));
  if (entry.previous_seq == 0) return;
  // A supply may have been for another product before.
  const auto before = reader.ReadLog(entry.previous_seq - 1, 1);
  if (before.ok() && !before->empty() && before->front().record_id == entry.record_id) {
    products->push_back(ProductOfSupply(before->front().body));
  }
}

// The products whose waiting lines an entry may bear on.
std::vector<uint64_t> ProductsOf(const store::LogEntry& entry, const store::Reader& reader) {
  std::vector<uint64_t> products;
  if (entry.kind == Record::kStockLevel) {
    v1::StockLevel level;
    if (level.ParseFromString(entry.body)) products.push_back(level.product_id());
  } else if (entry.kind == Record::kSupply) {
    AddSupply(entry, reader, &products);
  } else if (entry.kind == Record::kProduct) {
    products.push_back(entry.record_id);
  } else if (entry.kind == Record::kOrder) {
    v1::Order order;
    if (order.ParseFromString(entry.body)) {
      for (const v1::OrderLine& line : order.lines()) products.push_back(line.product_id());
    }
  }
  return products;
}

// Of orders, only those that are closed free anything.
bool FreesNothing(const store::LogEntry& entry) {
  if (entry.kind != Record::kOrder) return false;
  v1::Order order;
  return !order.ParseFromString(entry.body) || !domain::IsClosed(order.status());
}

}  // namespace

domain::KindSet Promises::Kinds() const {
  domain::KindSet kinds = {Record::kProduct, Record::kSupply, Record::kOrder};
  // They come by the million, and mean nothing while nobody waits for anything.
  if (books_.stock.HasOpenOrders()) kinds.Add(Record::kStockLevel);
  return kinds;
}

bool Promises::Concerns(const store::LogEntry& entry, const store::Reader& reader) const {
  if (FreesNothing(entry)) return false;
  const std::vector<uint64_t> products = ProductsOf(entry, reader);
  return std::any_of(products.begin(), products.end(), [&](uint64_t product_id) {
    return books_.stock.HasBackOrders(product_id, View::kCommitted);
  });
}

absl::StatusOr<size_t> Promises::Handle(std::span<const store::LogEntry> entries,
                                        store::Transaction& transaction) {
  int lines_left = kLinesWrittenMax;
  absl::flat_hash_set<uint64_t> served;  // in this transaction, to the end
  for (size_t i = 0; i < entries.size(); ++i) {
    for (uint64_t product_id : ProductsOf(entries[i], transaction)) {
      if (!served.insert(product_id).second) continue;
      ASSIGN_OR_RETURN(const bool all,
                       ServeBackOrders(books_, product_id, kOrigin, transaction, &lines_left));
      if (!all) return i;
    }
  }
  return entries.size();
}

std::string Promises::Epoch(absl::Time now) const {
  return domain::DayText(books_.settings.DayOf(now));
}

bool Promises::Reconsiders(const v1::Order& order) const {
  return std::any_of(order.lines().begin(), order.lines().end(), [](const v1::OrderLine& line) {
    return ValueOf(line.back_ordered()).sign() > 0;
  });
}

}  // namespace entrepot::trade
