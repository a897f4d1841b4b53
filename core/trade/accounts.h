// The accounts of clients in memory: their invoices, their payments and what accounting says they
// owe. A projection of the store.
#pragma once

#include <string>
#include <vector>

#include "core/store/projection.h"
#include "core/trade/interned.h"
#include "core/trade/owned_rows.h"
#include "core/trade/packed.h"
#include "core/trade/staging.h"

namespace entrepot::trade {

struct AccountInvoice {
  uint64_t key = 0;  // record id
  std::string number;
  Interned currency;
  PackedDay issued_on, due_on;  // due_on: always there
  PackedDecimal gross;
};

struct AccountPayment {
  uint64_t key = 0;  // record id
  std::string document;
  Interned currency;
  PackedDay received_on;
  PackedDecimal amount;
  uint64_t invoice_id = 0;  // 0: on account
};

// What accounting says is owed at the end of a day.
struct AccountedBalance {
  uint64_t key = 0;  // record id
  Interned currency;
  PackedDay as_of;
  PackedDecimal amount;
};

class Accounts final : public store::Projection {
 public:
  // In no order.
  std::vector<AccountInvoice> InvoicesOf(uint64_t client_id, View view) const;
  std::vector<AccountPayment> PaymentsOf(uint64_t client_id, View view) const;
  std::vector<AccountedBalance> BalancesOf(uint64_t client_id, View view) const;

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

  OwnedRows<AccountInvoice> invoices_;    // by client
  OwnedRows<AccountPayment> payments_;    // by client
  OwnedRows<AccountedBalance> balances_;  // by client
  Interner currencies_;
  Staging staging_;
};

}  // namespace entrepot::trade
