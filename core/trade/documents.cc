#include "core/trade/documents.h"

#include <algorithm>
#include <tuple>

#include "entrepot/v1/record.pb.h"

namespace entrepot::trade {
namespace {

using v1::Record;

RequestInfo ToInfo(uint64_t id, const v1::StockRequest& request) {
  RequestInfo info{.key = id,
                   .order_line = request.order_line(),
                   .status = request.status(),
                   .assignee = request.assignee()};
  if (request.has_wanted_on()) info.wanted_on = PackedDay(request.wanted_on());
  return info;
}

// Ids are given in order of arrival, so that they tell the age.
template <typename Row>
std::vector<Row> ByAge(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
  return rows;
}

}  // namespace

std::vector<OrderInfo> Documents::OrdersOf(uint64_t client_id, View view) const {
  return ByAge(orders_.Get(client_id, view));
}

std::vector<RequestInfo> Documents::RequestsOf(uint64_t order_id, View view) const {
  return ByAge(requests_.Get(order_id, view));
}

std::vector<InvoiceInfo> Documents::InvoicesOf(uint64_t order_id, View view) const {
  return ByAge(invoices_.Get(order_id, view));
}

std::vector<RequestInfo> Documents::RequestsByUrgency(v1::StockRequestStatus status) const {
  std::vector<RequestInfo> rows;
  const auto take = [&](const RequestInfo& row) { rows.push_back(row); };
  for (int each = v1::StockRequestStatus_MIN; each <= v1::StockRequestStatus_MAX; ++each) {
    if (status == v1::STOCK_REQUEST_STATUS_UNSPECIFIED || status == each) {
      inbox_.ForEach(each, View::kCommitted, take);
    }
  }
  const auto urgency = [](const RequestInfo& row) {
    return std::tuple(row.wanted_on.has_value() ? row.wanted_on.get() : absl::CivilDay::max(),
                      row.key);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const RequestInfo& a, const RequestInfo& b) { return urgency(a) < urgency(b); });
  return rows;
}

bool Documents::Wants(domain::Kind kind) const {
  return kind == Record::kOrder || kind == Record::kStockRequest || kind == Record::kInvoice;
}

template <typename Writer>
void Documents::Write(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                      Writer& writer) {
  if (kind == Record::kOrder) {
    const auto& order = As<v1::Order>(body);
    writer(orders_, order.client_id(), OrderInfo{id, order.status()});
  } else if (kind == Record::kStockRequest) {
    const auto& request = As<v1::StockRequest>(body);
    writer(requests_, request.order_id(), ToInfo(id, request));
    writer(inbox_, request.status(), ToInfo(id, request));
  } else if (kind == Record::kInvoice) {
    writer(invoices_, As<v1::Invoice>(body).order_id(), InvoiceInfo{id});
  }
}

void Documents::Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                     const store::Revision&) {
  LoadRow load;
  Write(id, kind, body, load);
}

void Documents::Stage(const store::RecordChange& change) {
  if (change.kind == Record::kOrder && change.before != nullptr && change.after != nullptr &&
      As<v1::Order>(change.before)->status() == As<v1::Order>(change.after)->status()) {
    return;  // the commonest change: lines, of which nothing is kept here
  }
  if (change.before != nullptr) {
    RemoveRow remove{staging_};
    Write(change.id, change.kind, *change.before, remove);
  }
  if (change.after != nullptr) {
    AddRow add{staging_};
    Write(change.id, change.kind, *change.after, add);
  }
}

void Documents::Commit() {
  orders_.Commit();
  requests_.Commit();
  inbox_.Commit();
  invoices_.Commit();
  staging_.Clear();
}

}  // namespace entrepot::trade
