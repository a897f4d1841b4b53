#include "core/trade/back_orders.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "core/trade/line_requests.h"
#include "core/trade/order_lines.h"
#include "core/trade/position.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using v1::Record;

// A product whose lines wait, with its place in each queue. Claims nothing yet.
struct Waiting {
  ProductPtr product;
  std::vector<DemandInfo> lines;  // in the order in which they are served
  Position position;
};

std::optional<Waiting> WaitingFor(const Books& books, uint64_t product_id, absl::CivilDay today) {
  ProductPtr product = books.catalogue.Product(product_id, View::kWriter);
  if (product == nullptr) return std::nullopt;
  ProductStock stock = books.stock.Get(product_id, View::kWriter);
  std::vector<DemandInfo> lines = stock.demand;
  std::erase_if(
      lines, [](const DemandInfo& part) { return part.state != DemandInfo::State::kBackOrdered; });
  SortByQueue(lines, books.settings.time_zone);
  const ProductInfo& info = *product;
  return Waiting{std::move(product), std::move(lines),
                 Position(info, books.stock, std::move(stock),
                          books.catalogue.Warehouses(View::kWriter), today)};
}

// What becomes of one waiting line.
struct Change {
  std::vector<Pick> picks;
  Decimal rest;
  std::optional<v1::Expectation> expectation;  // absent: as it was
};

// An estimate stands until its day has come: counted anew from each day it would never come.
bool Stands(const DemandInfo& line, const v1::Expectation& now, absl::CivilDay today) {
  if (line.expectation == DigestOf(now)) return true;
  return line.basis == v1::EXPECTATION_BASIS_ESTIMATED &&
         now.basis() == v1::EXPECTATION_BASIS_ESTIMATED && line.expected_on.get() >= today;
}

Change Serve(const DemandInfo& line, absl::CivilDay today, Position& position) {
  Change change{.picks = position.Take(line.quantity.get()), .rest = line.quantity.get()};
  for (const Pick& pick : change.picks) change.rest -= pick.quantity;
  if (change.rest.sign() == 0) return change;
  if (line.basis != v1::EXPECTATION_BASIS_PROMISED) {
    v1::Expectation now = position.Expect(change.rest);
    if (!Stands(line, now, today)) change.expectation = std::move(now);
  }
  position.AddBackOrder(change.rest, line.wanted_on);
  return change;
}

absl::Status Write(const Books& books, const DemandInfo& part, const Change& change,
                   std::string_view origin, store::Transaction& transaction) {
  ASSIGN_OR_RETURN(Record record, GetRecord(transaction, part.key));
  v1::OrderLine* line = record.mutable_order()->mutable_lines(part.line - 1);
  Allocate(change.picks, line);
  if (change.expectation) *line->mutable_expectation() = *change.expectation;
  SetBackOrdered(change.rest, line);
  RETURN_IF_ERROR(
      PutRecord(transaction, Record::kOrder, part.key, record.order(), origin).status());
  if (change.picks.empty()) return absl::OkStatus();
  return UpdateRequests(books, part.key, part.line, change.rest, origin, transaction);
}

}  // namespace

absl::StatusOr<bool> ServeBackOrders(const Books& books, uint64_t product_id,
                                     std::string_view origin, store::Transaction& transaction,
                                     int* writes_left) {
  const absl::CivilDay today = books.settings.DayOf(transaction.now());
  std::optional<Waiting> waiting = WaitingFor(books, product_id, today);
  if (!waiting) return true;
  for (const DemandInfo& line : waiting->lines) {
    const Change change = Serve(line, today, waiting->position);
    if (change.picks.empty() && !change.expectation) continue;
    if (*writes_left == 0) return false;
    RETURN_IF_ERROR(Write(books, line, change, origin, transaction));
    --*writes_left;
  }
  return true;
}

v1::Expectation ExpectationOf(const Books& books, uint64_t order_id, const v1::OrderLine& line,
                              absl::CivilDay today) {
  std::optional<Waiting> waiting = WaitingFor(books, line.product_id(), today);
  if (!waiting) {
    v1::Expectation unknown;
    unknown.set_basis(v1::EXPECTATION_BASIS_UNKNOWN);
    return unknown;
  }
  for (const DemandInfo& part : waiting->lines) {
    if (part.key == order_id && part.line == line.number()) break;
    Serve(part, today, waiting->position);
  }
  return waiting->position.Expect(ValueOf(line.back_ordered()));
}

}  // namespace entrepot::trade
