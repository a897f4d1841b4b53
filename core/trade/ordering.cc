#include "core/trade/ordering.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/lifecycle.h"
#include "core/trade/answers.h"
#include "core/trade/faults.h"
#include "core/trade/line_requests.h"
#include "core/trade/order_lines.h"
#include "core/trade/paging.h"
#include "core/trade/placing.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using absl::StatusCode;
using domain::Decimal;
using v1::Record;

// The order to be changed. NOT_FOUND (ORDER_NOT_FOUND), FAILED_PRECONDITION (ORDER_CLOSED).
absl::StatusOr<Record> OpenOrder(const store::Reader& reader, const std::string& number) {
  ASSIGN_OR_RETURN(auto record, FindOrder(reader, number));
  if (!record) return faults::OrderNotFound(number);
  const v1::OrderStatus status = record->order().status();
  if (!domain::IsClosed(status)) return *std::move(record);
  return Failure(StatusCode::kFailedPrecondition, "ORDER_CLOSED",
                 fmt::format("order {} is {}: nothing more can be done with it", number,
                             status == v1::ORDER_STATUS_SHIPPED ? "shipped" : "cancelled"));
}

absl::Status NotAllocated(std::string message) {
  return Failure(StatusCode::kFailedPrecondition, "NOT_ALLOCATED", message);
}

// Ships what the request names, or all that is ready.
absl::Status FillShipment(const v1::ShipOrderRequest& request, v1::Order* order,
                          v1::Shipment* shipment) {
  const google::protobuf::Timestamp now = shipment->shipped_at();
  if (request.lines_size() > order->lines_size()) {
    return Failure(StatusCode::kInvalidArgument, "TOO_MANY_LINES",
                   fmt::format("lines: {} were named, but order {} has {}; name each line once",
                               request.lines_size(), order->number(), order->lines_size()));
  }
  if (request.lines().empty()) {
    for (v1::OrderLine& line : *order->mutable_lines()) {
      ShipLine(ReadyToShip(line), now, &line, shipment);
    }
  }
  for (int i = 0; i < request.lines_size(); ++i) {
    const v1::ShipOrderLine& asked = request.lines(i);
    ASSIGN_OR_RETURN(
        const Decimal quantity,
        faults::PositiveQuantity(asked.quantity(), fmt::format("lines[{}].quantity", i)));
    if (asked.line() < 1 || asked.line() > order->lines_size()) {
      return NotAllocated(fmt::format("lines[{}]: order {} has no line {}; it has {}", i,
                                      order->number(), asked.line(), order->lines_size()));
    }
    v1::OrderLine* line = order->mutable_lines(asked.line() - 1);
    const Decimal ready = ReadyToShip(*line);
    if (quantity > ready) {
      return NotAllocated(fmt::format(
          "lines[{}]: {} of line {} of order {} are allocated and not shipped, {} were asked for",
          i, ready.ToString(), asked.line(), order->number(), quantity.ToString()));
    }
    ShipLine(quantity, now, line, shipment);
  }
  if (!shipment->lines().empty()) return absl::OkStatus();
  return Failure(StatusCode::kFailedPrecondition, "NOTHING_TO_SHIP",
                 fmt::format("nothing of order {} is allocated and not shipped", order->number()));
}

}  // namespace

absl::StatusOr<v1::PlaceOrderResponse> Ordering::Place(const v1::PlaceOrderRequest& request,
                                                       std::string_view origin) {
  return WriteOnce<v1::PlaceOrderResponse>(
      store_, "PlaceOrder", request,
      [&](store::Transaction& transaction, v1::PlaceOrderResponse* response) {
        return PlaceIn(request, origin, transaction, response);
      });
}

absl::Status Ordering::PlaceIn(const v1::PlaceOrderRequest& request, std::string_view origin,
                               store::Transaction& transaction, v1::PlaceOrderResponse* response) {
  RETURN_IF_ERROR(faults::CheckNumber(request.client_order_number(), "client_order_number"));
  const ClientPtr client = books_.catalogue.ClientByCode(request.client_code(), View::kWriter);
  if (client == nullptr) return faults::ClientNotFound(request.client_code());
  // Whatever else the second request says: the client's number stands for the first.
  const v1::PlaceOrderRequest same;
  const KeptAnswer of_client("PlaceOrder",
                             ClientOrderKey(client->id, request.client_order_number()), same);
  const bool numbered = !request.client_order_number().empty();
  if (numbered) {
    ASSIGN_OR_RETURN(const bool repeated, of_client.Find(transaction, response));
    if (repeated) return absl::OkStatus();
  }
  Placing placing(books_, analogues_, *client, transaction);
  ASSIGN_OR_RETURN(*response, placing.Place(request, origin));
  return numbered ? of_client.Save(transaction, *response) : absl::OkStatus();
}

absl::StatusOr<v1::CancelOrderResponse> Ordering::Cancel(const v1::CancelOrderRequest& request,
                                                         std::string_view origin) {
  return WriteOnce<v1::CancelOrderResponse>(
      store_, "CancelOrder", request,
      [&](store::Transaction& transaction, v1::CancelOrderResponse* response) {
        return CancelIn(request, origin, transaction, response);
      });
}

absl::Status Ordering::CancelIn(const v1::CancelOrderRequest& request, std::string_view origin,
                                store::Transaction& transaction,
                                v1::CancelOrderResponse* response) {
  RETURN_IF_ERROR(faults::CheckRemark(request.reason(), "reason"));
  ASSIGN_OR_RETURN(Record record, OpenOrder(transaction, request.number()));
  v1::Order& order = *record.mutable_order();
  for (v1::OrderLine& line : *order.mutable_lines()) ReleaseLine(&line);
  // What has been shipped stays sold: then all that was not cancelled is shipped.
  order.set_status(order.shipments().empty() ? v1::ORDER_STATUS_CANCELLED
                                             : v1::ORDER_STATUS_SHIPPED);
  order.set_cancel_reason(request.reason());
  RETURN_IF_ERROR(PutRecord(transaction, Record::kOrder, record.id(), order, origin).status());
  RETURN_IF_ERROR(CancelRequests(books_, record.id(), request.reason(), origin, transaction));
  ASSIGN_OR_RETURN(*response->mutable_order(), GetRecord(transaction, record.id()));
  return absl::OkStatus();
}

absl::StatusOr<v1::ShipOrderResponse> Ordering::Ship(const v1::ShipOrderRequest& request,
                                                     std::string_view origin) {
  return WriteOnce<v1::ShipOrderResponse>(
      store_, "ShipOrder", request,
      [&](store::Transaction& transaction, v1::ShipOrderResponse* response) {
        return ShipIn(request, origin, transaction, response);
      });
}

absl::Status Ordering::ShipIn(const v1::ShipOrderRequest& request, std::string_view origin,
                              store::Transaction& transaction, v1::ShipOrderResponse* response) {
  ASSIGN_OR_RETURN(Record record, OpenOrder(transaction, request.number()));
  v1::Order& order = *record.mutable_order();
  v1::Shipment shipment;
  shipment.set_number(order.shipments_size() + 1);
  SetTimestamp(transaction.now(), shipment.mutable_shipped_at());
  RETURN_IF_ERROR(FillShipment(request, &order, &shipment));
  response->set_shipment(shipment.number());
  response->set_invoice(InvoiceNumber(order.number(), shipment.number()));
  *order.add_shipments() = std::move(shipment);
  if (IsShipped(order)) order.set_status(v1::ORDER_STATUS_SHIPPED);
  RETURN_IF_ERROR(PutRecord(transaction, Record::kOrder, record.id(), order, origin).status());
  ASSIGN_OR_RETURN(*response->mutable_order(), GetRecord(transaction, record.id()));
  return absl::OkStatus();
}

absl::StatusOr<v1::GetOrderResponse> Ordering::Get(const v1::GetOrderRequest& request) const {
  v1::GetOrderResponse response;
  ASSIGN_OR_RETURN(const store::Snapshot found_in, store_.Read());
  ASSIGN_OR_RETURN(auto order, FindOrder(*found_in, request.number()));
  if (!order) return faults::OrderNotFound(request.number());
  const std::vector<RequestInfo> requests =
      books_.documents.RequestsOf(order->id(), View::kCommitted);
  const std::vector<InvoiceInfo> invoices =
      books_.documents.InvoicesOf(order->id(), View::kCommitted);
  // A view taken after the lists, so that it has what they name.
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  ASSIGN_OR_RETURN(*response.mutable_order(), GetRecord(*snapshot, order->id()));
  for (const RequestInfo& info : requests) {
    ASSIGN_OR_RETURN(*response.add_stock_requests(), GetRecord(*snapshot, info.key));
  }
  for (const InvoiceInfo& info : invoices) {
    ASSIGN_OR_RETURN(*response.add_invoices(), GetRecord(*snapshot, info.key));
  }
  return response;
}

absl::StatusOr<v1::ListOrdersResponse> Ordering::List(const v1::ListOrdersRequest& request) const {
  v1::ListOrdersResponse response;
  ASSIGN_OR_RETURN(const uint64_t after, AfterOf(request.page_token()));
  RETURN_IF_ERROR(request.client_code().empty() ? ListAll(request, after, &response)
                                                : ListOfClient(request, after, &response));
  return response;
}

absl::Status Ordering::ListOfClient(const v1::ListOrdersRequest& request, uint64_t after,
                                    v1::ListOrdersResponse* response) const {
  const ClientPtr client = books_.catalogue.ClientByCode(request.client_code(), View::kCommitted);
  if (client == nullptr) return faults::ClientNotFound(request.client_code());
  std::vector<OrderInfo> orders = books_.documents.OrdersOf(client->id, View::kCommitted);
  std::reverse(orders.begin(), orders.end());
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  for (const OrderInfo& order : orders) {
    if (after != 0 && order.key >= after) continue;
    if (request.status() != v1::ORDER_STATUS_UNSPECIFIED && request.status() != order.status) {
      continue;
    }
    if (response->orders_size() == PageSize(request.page_size())) {
      response->set_next_page_token(TokenOf(response->orders(response->orders_size() - 1).id()));
      break;
    }
    ASSIGN_OR_RETURN(*response->add_orders(), GetRecord(*snapshot, order.key));
  }
  return absl::OkStatus();
}

absl::Status Ordering::ListAll(const v1::ListOrdersRequest& request, uint64_t after,
                               v1::ListOrdersResponse* response) const {
  const int page_size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  while (true) {
    ASSIGN_OR_RETURN(
        std::vector<Record> page,
        snapshot->List(Record::kOrder,
                       {.after = after, .limit = page_size + 1, .newest_first = true}));
    for (Record& record : page) {
      after = record.id();
      if (request.status() != v1::ORDER_STATUS_UNSPECIFIED &&
          request.status() != record.order().status()) {
        continue;
      }
      if (response->orders_size() == page_size) {
        response->set_next_page_token(TokenOf(response->orders(page_size - 1).id()));
        return absl::OkStatus();
      }
      *response->add_orders() = std::move(record);
    }
    if (page.size() <= static_cast<size_t>(page_size)) return absl::OkStatus();
  }
}

}  // namespace entrepot::trade
