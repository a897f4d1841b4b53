// Which orders, stock requests and invoices belong together, in memory: what lists and look-ups
// need. A projection of the store.
#pragma once

#include <string>
#include <vector>

#include "core/store/projection.h"
#include "core/trade/owned_rows.h"
#include "core/trade/packed.h"
#include "core/trade/staging.h"
#include "entrepot/v1/order.pb.h"
#include "entrepot/v1/stock_request.pb.h"

namespace entrepot::trade {

struct OrderInfo {
  uint64_t key = 0;  // record id
  v1::OrderStatus status{};
};

struct RequestInfo {
  uint64_t key = 0;  // record id
  int32_t order_line = 0;
  v1::StockRequestStatus status{};
  PackedDay wanted_on;
  std::string assignee;
};

struct InvoiceInfo {
  uint64_t key = 0;  // record id
};

class Documents final : public store::Projection {
 public:
  std::vector<OrderInfo> OrdersOf(uint64_t client_id, View view) const;
  std::vector<RequestInfo> RequestsOf(uint64_t order_id, View view) const;  // by age
  std::vector<InvoiceInfo> InvoicesOf(uint64_t order_id, View view) const;  // by age
  // Committed requests by urgency: wanted date (absent last), then age. UNSPECIFIED: all.
  std::vector<RequestInfo> RequestsByUrgency(v1::StockRequestStatus status) const;

  bool Wants(domain::Kind kind) const override;
  void Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
            const store::Revision&) override;
  void Stage(const store::RecordChange& change) override;
  size_t staged() const override { return staging_.size(); }
  void DropTo(size_t count) override { staging_.DropTo(count); }
  void Commit() override;

 private:
  template <typename Writer>
  void Write(uint64_t id, domain::Kind kind, const google::protobuf::Message& body, Writer& writer);

  OwnedRows<OrderInfo> orders_;      // by client
  OwnedRows<RequestInfo> requests_;  // by order
  OwnedRows<RequestInfo> inbox_;     // by status
  OwnedRows<InvoiceInfo> invoices_;  // by order
  Staging staging_;
};

}  // namespace entrepot::trade
