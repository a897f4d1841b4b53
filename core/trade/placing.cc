#include "core/trade/placing.h"

#include <fmt/core.h>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/amounts.h"
#include "core/domain/currency.h"
#include "core/domain/date.h"
#include "core/trade/faults.h"
#include "core/trade/line_requests.h"
#include "core/trade/order_lines.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using v1::Record;

constexpr int kLinesMax = 1000;
constexpr int kAnaloguesOfLine = 5;
constexpr uint64_t kFirstNumber = 1001;

// The same failure, said of one line.
absl::Status Within(const absl::Status& status, int line) {
  return Failure(status.code(), ReasonOf(status),
                 fmt::format("lines[{}]: {}", line, std::string(status.message())));
}

bool SubstitutionAllowed(const Catalogue& catalogue, uint64_t client_id, absl::CivilDay today) {
  const auto contract = ContractOn(today, catalogue.ContractsOf(client_id, View::kWriter),
                                   [](const ContractInfo&) { return true; });
  return !contract || contract->substitution_allowed;
}

}  // namespace

Placing::Placing(const Books& books, const Analogues& analogues, const ClientInfo& client,
                 store::Transaction& transaction)
    : books_(books),
      analogues_(analogues),
      client_(client),
      transaction_(transaction),
      today_(books.settings.DayOf(transaction.now())),
      substitution_allowed_(SubstitutionAllowed(books.catalogue, client.id, today_)) {}

absl::StatusOr<v1::PlaceOrderResponse> Placing::Place(const v1::PlaceOrderRequest& request,
                                                      std::string_view origin) {
  RETURN_IF_ERROR(CheckHead(request));
  Pricing pricing(books_.settings, books_.catalogue, client_, today_);
  for (int i = 0; i < request.lines_size(); ++i) {
    if (absl::Status added = AddLine(request.lines(i), pricing); !added.ok()) {
      return Within(added, i);
    }
  }
  order_.set_currency(pricing.currency());
  RETURN_IF_ERROR(CheckAmounts());
  for (int i = 0; i < order_.lines_size(); ++i) Reserve(order_.mutable_lines(i), *products_[i]);

  ASSIGN_OR_RETURN(const uint64_t number, transaction_.NextNumber("order"));
  order_.set_number(std::to_string(kFirstNumber - 1 + number));
  ASSIGN_OR_RETURN(const uint64_t id, PutRecord(transaction_, Record::kOrder, 0, order_, origin));
  v1::PlaceOrderResponse response;
  for (int i = 0; i < order_.lines_size(); ++i) {
    const v1::OrderLine& line = order_.lines(i);
    v1::LineAnswer* answer = response.add_answers();
    *answer = Answer(line, *products_[i]);
    if (ValueOf(line.back_ordered()).sign() == 0) continue;
    ASSIGN_OR_RETURN(const v1::StockRequest asked,
                     AskLogistics(books_, id, order_, line, origin, transaction_));
    answer->set_stock_request(asked.number());
    answer->set_assignee(asked.assignee());
  }
  ASSIGN_OR_RETURN(*response.mutable_order(), GetRecord(transaction_, id));
  return response;
}

absl::Status Placing::CheckHead(const v1::PlaceOrderRequest& request) {
  if (request.lines().empty() || request.lines_size() > kLinesMax) {
    return Failure(absl::StatusCode::kInvalidArgument, "NO_LINES",
                   fmt::format("lines: an order has 1 to {} lines, this one has {}", kLinesMax,
                               request.lines_size()));
  }
  order_.set_client_id(client_.id);
  if (!request.client_order_number().empty()) {
    order_.set_client_order_number(request.client_order_number());
  }
  SetTimestamp(transaction_.now(), order_.mutable_placed_at());
  order_.set_status(v1::ORDER_STATUS_OPEN);
  if (!request.has_wanted_on()) return absl::OkStatus();
  *order_.mutable_wanted_on() = request.wanted_on();
  return faults::DayFrom(request.wanted_on(), today_, "wanted_on").status();
}

absl::Status Placing::AddLine(const v1::PlaceOrderLine& asked, Pricing& pricing) {
  ProductPtr product = books_.catalogue.ProductBySku(asked.sku(), View::kWriter);
  if (product == nullptr) return faults::ProductNotFound(asked.sku());
  ASSIGN_OR_RETURN(const Decimal quantity, faults::PositiveQuantity(asked.quantity(), "quantity"));
  UnitPrice price;
  if (asked.has_unit_price()) {
    const auto given = Decimal::From(asked.unit_price());
    if (!given.ok() || given->sign() < 0) {
      return Failure(absl::StatusCode::kInvalidArgument, "BAD_PRICE",
                     "unit_price: is malformed or below zero");
    }
    price = {*given, asked.vat_included()};
  } else {
    ASSIGN_OR_RETURN(price, pricing.Find(*product, quantity));
  }
  v1::OrderLine* line = order_.add_lines();
  line->set_number(order_.lines_size());
  line->set_product_id(product->id);
  quantity.ToProto(line->mutable_quantity());
  price.amount.ToProto(line->mutable_unit_price());
  line->set_vat_included(price.vat_included);
  product->VatPercentOn(today_).ToProto(line->mutable_vat_percent());
  products_.push_back(std::move(product));
  return absl::OkStatus();
}

// So that every invoice of the order can be made later, whatever VAT will be then.
absl::Status Placing::CheckAmounts() const {
  const domain::Currency* currency = domain::FindCurrency(order_.currency());
  std::vector<domain::Amounts> amounts;
  for (const v1::OrderLine& line : order_.lines()) {
    auto computed =
        domain::LineAmounts({.quantity = ValueOf(line.quantity()),
                             .unit_price = ValueOf(line.unit_price()),
                             .vat_included = line.vat_included(),
                             .vat_percent = 100,
                             .minor_digits = currency == nullptr ? 2 : currency->minor_digits});
    if (!computed.ok()) return Within(computed.status(), line.number() - 1);
    amounts.push_back(*computed);
  }
  return domain::TotalOf(amounts).status();
}

Position& Placing::PositionOf(const ProductInfo& product) {
  auto found = positions_.find(product.id);
  if (found != positions_.end()) return found->second;
  Position position(product, books_.stock, books_.stock.Get(product.id, View::kWriter),
                    books_.catalogue.Warehouses(View::kWriter), today_);
  position.AddBackOrders();
  return positions_.emplace(product.id, std::move(position)).first->second;
}

void Placing::Reserve(v1::OrderLine* line, const ProductInfo& product) {
  Position& position = PositionOf(product);
  Decimal rest = ValueOf(line->quantity());
  const std::vector<Pick> picks = position.Take(rest);
  Allocate(picks, line);
  for (const Pick& pick : picks) rest -= pick.quantity;
  SetBackOrdered(rest, line);
  if (rest.sign() == 0) return;
  *line->mutable_expectation() = position.Expect(rest);
  position.AddBackOrder(rest, order_.has_wanted_on() ? PackedDay(order_.wanted_on()) : PackedDay());
}

v1::LineAnswer Placing::Answer(const v1::OrderLine& line, const ProductInfo& product) const {
  const Decimal back_ordered = ValueOf(line.back_ordered());
  const Decimal accepted = ValueOf(line.quantity()) - back_ordered;
  v1::LineAnswer answer;
  answer.set_line(line.number());
  answer.set_sku(product.sku);
  answer.set_name(product.name);
  answer.set_unit(product.unit.text());
  answer.set_outcome(back_ordered.sign() == 0 ? v1::LINE_OUTCOME_ACCEPTED
                     : accepted.sign() > 0    ? v1::LINE_OUTCOME_PARTIALLY_ACCEPTED
                                              : v1::LINE_OUTCOME_BACK_ORDERED);
  *answer.mutable_ordered() = line.quantity();
  accepted.ToProto(answer.mutable_accepted());
  *answer.mutable_back_ordered() = line.back_ordered();
  if (back_ordered.sign() == 0) return answer;
  *answer.mutable_expectation() = line.expectation();
  if (!substitution_allowed_) return answer;
  for (v1::Analogue& analogue :
       analogues_.Find(product, back_ordered, kAnaloguesOfLine, View::kWriter)) {
    *answer.add_analogues() = std::move(analogue);
  }
  return answer;
}

}  // namespace entrepot::trade
