#include "core/trade/line_requests.h"

#include "core/base/status_macros.h"
#include "core/domain/lifecycle.h"
#include "core/trade/order_lines.h"
#include "core/trade/records.h"
#include "core/trade/texts.h"

namespace entrepot::trade {
namespace {

using v1::Record;

constexpr uint64_t kFirstNumber = 1001;

// Where it is to be brought: the warehouse it is expected at where clients are served from there,
// else the first one from where they are. nullptr: none is known.
WarehousePtr Destination(const Books& books, const v1::OrderLine& line) {
  WarehousePtr first;
  for (const WarehousePtr& warehouse : books.catalogue.Warehouses(View::kWriter)) {
    if (warehouse->transfer_days != 0) continue;
    if (warehouse->id == line.expectation().warehouse_id()) return warehouse;
    if (first == nullptr) first = warehouse;
  }
  return first;
}

}  // namespace

absl::StatusOr<v1::StockRequest> AskLogistics(const Books& books, uint64_t order_id,
                                              const v1::Order& order, const v1::OrderLine& line,
                                              std::string_view origin,
                                              store::Transaction& transaction) {
  ASSIGN_OR_RETURN(const uint64_t number, transaction.NextNumber("stock_request"));
  v1::StockRequest request;
  request.set_number(std::to_string(kFirstNumber - 1 + number));
  request.set_order_id(order_id);
  request.set_order_line(line.number());
  request.set_client_id(order.client_id());
  request.set_product_id(line.product_id());
  *request.mutable_quantity() = line.back_ordered();
  if (order.has_wanted_on()) *request.mutable_wanted_on() = order.wanted_on();
  const WarehousePtr destination = Destination(books, line);
  if (destination != nullptr) request.set_warehouse_id(destination->id);
  const ProductPtr product = books.catalogue.Product(line.product_id(), View::kWriter);
  request.set_assignee(
      books.settings.ResponsibleFor(destination == nullptr ? "" : destination->code,
                                    product == nullptr ? "" : product->group.text()));
  request.set_status(v1::STOCK_REQUEST_STATUS_OPEN);
  SetTimestamp(transaction.now(), request.mutable_created_at());
  RETURN_IF_ERROR(PutRecord(transaction, Record::kStockRequest, 0, request, origin).status());
  return request;
}

absl::Status UpdateRequests(const Books& books, uint64_t order_id, int32_t line,
                            domain::Decimal quantity, std::string_view origin,
                            store::Transaction& transaction) {
  for (const RequestInfo& info : books.documents.RequestsOf(order_id, View::kWriter)) {
    if (info.order_line != line || domain::IsClosed(info.status)) continue;
    ASSIGN_OR_RETURN(Record record, GetRecord(transaction, info.key));
    v1::StockRequest& request = *record.mutable_stock_request();
    if (quantity.sign() > 0) {
      quantity.ToProto(request.mutable_quantity());
    } else if (info.status == v1::STOCK_REQUEST_STATUS_ACCEPTED) {
      request.set_status(v1::STOCK_REQUEST_STATUS_ARRIVED);
    } else {
      request.set_status(v1::STOCK_REQUEST_STATUS_CANCELLED);
      request.set_answer(texts::ServedFromStock());
    }
    RETURN_IF_ERROR(
        PutRecord(transaction, Record::kStockRequest, info.key, request, origin).status());
  }
  return absl::OkStatus();
}

absl::Status CancelRequests(const Books& books, uint64_t order_id, std::string_view reason,
                            std::string_view origin, store::Transaction& transaction) {
  for (const RequestInfo& info : books.documents.RequestsOf(order_id, View::kWriter)) {
    if (domain::IsClosed(info.status)) continue;
    ASSIGN_OR_RETURN(Record record, GetRecord(transaction, info.key));
    v1::StockRequest& request = *record.mutable_stock_request();
    request.set_status(v1::STOCK_REQUEST_STATUS_CANCELLED);
    request.set_answer(texts::OrderCancelled(reason));
    RETURN_IF_ERROR(
        PutRecord(transaction, Record::kStockRequest, info.key, request, origin).status());
  }
  return absl::OkStatus();
}

}  // namespace entrepot::trade
