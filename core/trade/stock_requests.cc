#include "core/trade/stock_requests.h"

#include <fmt/core.h>

#include <tuple>

#include "absl/strings/numbers.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/lifecycle.h"
#include "core/trade/answers.h"
#include "core/trade/back_orders.h"
#include "core/trade/faults.h"
#include "core/trade/order_lines.h"
#include "core/trade/paging.h"
#include "core/trade/records.h"
#include "core/trade/texts.h"

namespace entrepot::trade {
namespace {

using v1::Record;

// A request and the line that it is for, while a manager answers.
struct Answering {
  Record request;
  Record order;

  v1::StockRequest& body() { return *request.mutable_stock_request(); }
  v1::OrderLine& line() { return *order.mutable_order()->mutable_lines(body().order_line() - 1); }
};

// NOT_FOUND (STOCK_REQUEST_NOT_FOUND), FAILED_PRECONDITION (STOCK_REQUEST_CLOSED).
absl::StatusOr<Answering> Load(const std::string& number, const store::Transaction& transaction) {
  ASSIGN_OR_RETURN(auto request, FindStockRequest(transaction, number));
  if (!request) return faults::StockRequestNotFound(number);
  const v1::StockRequestStatus status = request->stock_request().status();
  if (domain::IsClosed(status)) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STOCK_REQUEST_CLOSED",
                   fmt::format("stock request {} is {}: it takes no more answers", number,
                               status == v1::STOCK_REQUEST_STATUS_DECLINED  ? "declined"
                               : status == v1::STOCK_REQUEST_STATUS_ARRIVED ? "marked as arrived"
                                                                            : "cancelled"));
  }
  ASSIGN_OR_RETURN(Record order, GetRecord(transaction, request->stock_request().order_id()));
  return Answering{*std::move(request), std::move(order)};
}

// Writes the answer and the line's new expectation, where it still waits.
absl::StatusOr<Record> Save(Answering& answering, v1::StockRequestStatus status,
                            const v1::Expectation& expectation, std::string_view origin,
                            store::Transaction& transaction) {
  v1::StockRequest& request = answering.body();
  RETURN_IF_ERROR(domain::CheckTransition(request.status(), status));
  request.set_status(status);
  request.set_answered_by(std::string(PersonOf(origin)));
  SetTimestamp(transaction.now(), request.mutable_answered_at());
  RETURN_IF_ERROR(
      PutRecord(transaction, Record::kStockRequest, answering.request.id(), request, origin)
          .status());
  v1::OrderLine& line = answering.line();
  if (ValueOf(line.back_ordered()).sign() > 0) {
    *line.mutable_expectation() = expectation;
    RETURN_IF_ERROR(PutRecord(transaction, Record::kOrder, answering.order.id(),
                              answering.order.order(), origin)
                        .status());
  }
  return GetRecord(transaction, answering.request.id());
}

v1::Expectation PromiseFor(const v1::StockRequest& request, const v1::Date& date,
                           std::string reason) {
  v1::Expectation promise;
  promise.set_basis(v1::EXPECTATION_BASIS_PROMISED);
  *promise.mutable_date() = date;
  if (request.has_warehouse_id()) promise.set_warehouse_id(request.warehouse_id());
  promise.set_reason(std::move(reason));
  return promise;
}

// A page of the inbox starts after a request's place in it: "2026-12-01/4711", "-/4711".
std::string PlaceOf(const RequestInfo& info) {
  return fmt::format(
      "{}/{}", info.wanted_on.has_value() ? domain::DayText(info.wanted_on.get()) : "-", info.key);
}

using Place = std::tuple<absl::CivilDay, uint64_t>;
Place ToPlace(const RequestInfo& info) {
  return {info.wanted_on.has_value() ? info.wanted_on.get() : absl::CivilDay::max(), info.key};
}

absl::StatusOr<Place> ParsePlace(std::string_view token) {
  if (token.empty()) return Place{absl::CivilDay::min(), 0};
  const size_t slash = token.find('/');
  if (slash == std::string_view::npos) return BadPageToken(token);
  Place place{absl::CivilDay::max(), 0};
  if (!absl::SimpleAtoi(AbslView(token.substr(slash + 1)), &std::get<1>(place))) {
    return BadPageToken(token);
  }
  if (token.substr(0, slash) == "-") return place;
  const auto day = domain::ParseDay(token.substr(0, slash));
  if (!day.ok()) return BadPageToken(token);
  std::get<0>(place) = *day;
  return place;
}

}  // namespace

absl::StatusOr<v1::AcceptStockRequestResponse> StockRequests::Accept(
    const v1::AcceptStockRequestRequest& request, std::string_view origin) {
  return WriteOnce<v1::AcceptStockRequestResponse>(
      store_, "AcceptStockRequest", request,
      [&](store::Transaction& transaction,
          v1::AcceptStockRequestResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(Answering answering, Load(request.number(), transaction));
        const absl::CivilDay today = books_.settings.DayOf(transaction.now());
        RETURN_IF_ERROR(faults::DayFrom(request.promised_on(), today, "promised_on").status());
        RETURN_IF_ERROR(faults::CheckRemark(request.remark(), "remark"));
        *answering.body().mutable_promised_on() = request.promised_on();
        answering.body().set_answer(request.remark());
        const v1::Expectation promise =
            PromiseFor(answering.body(), request.promised_on(),
                       texts::Promised(PersonOf(origin), request.remark()));
        ASSIGN_OR_RETURN(
            *response->mutable_stock_request(),
            Save(answering, v1::STOCK_REQUEST_STATUS_ACCEPTED, promise, origin, transaction));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeclineStockRequestResponse> StockRequests::Decline(
    const v1::DeclineStockRequestRequest& request, std::string_view origin) {
  return WriteOnce<v1::DeclineStockRequestResponse>(
      store_, "DeclineStockRequest", request,
      [&](store::Transaction& transaction,
          v1::DeclineStockRequestResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(Answering answering, Load(request.number(), transaction));
        if (request.reason().empty()) {
          return Failure(absl::StatusCode::kInvalidArgument, "NO_REASON",
                         "reason: say why, so that the buyer can be told");
        }
        RETURN_IF_ERROR(faults::CheckRemark(request.reason(), "reason"));
        answering.body().set_answer(request.reason());
        answering.body().clear_promised_on();
        const v1::Expectation by_supplies =
            ExpectationOf(books_, answering.order.id(), answering.line(),
                          books_.settings.DayOf(transaction.now()));
        ASSIGN_OR_RETURN(
            *response->mutable_stock_request(),
            Save(answering, v1::STOCK_REQUEST_STATUS_DECLINED, by_supplies, origin, transaction));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ArriveStockRequestResponse> StockRequests::Arrive(
    const v1::ArriveStockRequestRequest& request, std::string_view origin) {
  return WriteOnce<v1::ArriveStockRequestResponse>(
      store_, "ArriveStockRequest", request,
      [&](store::Transaction& transaction,
          v1::ArriveStockRequestResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(Answering answering, Load(request.number(), transaction));
        const v1::Date today = domain::ToDate(books_.settings.DayOf(transaction.now()));
        const v1::Expectation arrived =
            PromiseFor(answering.body(), today, texts::Arrived(PersonOf(origin)));
        ASSIGN_OR_RETURN(
            *response->mutable_stock_request(),
            Save(answering, v1::STOCK_REQUEST_STATUS_ARRIVED, arrived, origin, transaction));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetStockRequestResponse> StockRequests::Get(
    const v1::GetStockRequestRequest& request) const {
  v1::GetStockRequestResponse response;
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  ASSIGN_OR_RETURN(auto found, FindStockRequest(*snapshot, request.number()));
  if (!found) return faults::StockRequestNotFound(request.number());
  const v1::StockRequest& body = found->stock_request();
  ASSIGN_OR_RETURN(*response.mutable_order(), GetRecord(*snapshot, body.order_id()));
  ASSIGN_OR_RETURN(*response.mutable_client(), GetRecord(*snapshot, body.client_id()));
  ASSIGN_OR_RETURN(*response.mutable_product(), GetRecord(*snapshot, body.product_id()));
  *response.mutable_stock_request() = *std::move(found);
  return response;
}

absl::StatusOr<v1::ListStockRequestsResponse> StockRequests::List(
    const v1::ListStockRequestsRequest& request) const {
  v1::ListStockRequestsResponse response;
  ASSIGN_OR_RETURN(const Place after, ParsePlace(request.page_token()));
  const std::vector<RequestInfo> all = books_.documents.RequestsByUrgency(request.status());
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  const RequestInfo* last = nullptr;
  for (const RequestInfo& info : all) {
    if (ToPlace(info) <= after) continue;
    if (!request.assignee().empty() && request.assignee() != info.assignee) continue;
    if (response.stock_requests_size() == PageSize(request.page_size())) {
      response.set_next_page_token(PlaceOf(*last));
      break;
    }
    ASSIGN_OR_RETURN(*response.add_stock_requests(), GetRecord(*snapshot, info.key));
    last = &info;
  }
  return response;
}

}  // namespace entrepot::trade
