#include "core/trade/accounts.h"

#include "entrepot/v1/record.pb.h"

namespace entrepot::trade {
namespace {

using v1::Record;

}  // namespace

std::vector<AccountInvoice> Accounts::InvoicesOf(uint64_t client_id, View view) const {
  return invoices_.Get(client_id, view);
}

std::vector<AccountPayment> Accounts::PaymentsOf(uint64_t client_id, View view) const {
  return payments_.Get(client_id, view);
}

std::vector<AccountedBalance> Accounts::BalancesOf(uint64_t client_id, View view) const {
  return balances_.Get(client_id, view);
}

bool Accounts::Wants(domain::Kind kind) const {
  return kind == Record::kInvoice || kind == Record::kPayment || kind == Record::kAccountBalance;
}

template <typename Writer>
void Accounts::Write(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                     Writer& writer) {
  if (kind == Record::kInvoice) {
    const auto& invoice = As<v1::Invoice>(body);
    writer(invoices_, invoice.client_id(),
           AccountInvoice{
               .key = id,
               .number = invoice.number(),
               .currency = currencies_.Intern(invoice.currency()),
               .issued_on = PackedDay(invoice.issued_on()),
               .due_on = PackedDay(invoice.has_due_on() ? invoice.due_on() : invoice.issued_on()),
               .gross = invoice.gross()});
  } else if (kind == Record::kPayment) {
    const auto& payment = As<v1::Payment>(body);
    writer(payments_, payment.client_id(),
           AccountPayment{.key = id,
                          .document = payment.document(),
                          .currency = currencies_.Intern(payment.amount().currency()),
                          .received_on = PackedDay(payment.received_on()),
                          .amount = payment.amount().amount(),
                          .invoice_id = payment.invoice_id()});
  } else if (kind == Record::kAccountBalance) {
    const auto& balance = As<v1::AccountBalance>(body);
    writer(balances_, balance.client_id(),
           AccountedBalance{.key = id,
                            .currency = currencies_.Intern(balance.currency()),
                            .as_of = PackedDay(balance.as_of()),
                            .amount = balance.amount()});
  }
}

void Accounts::Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                    const store::Revision&) {
  LoadRow load;
  Write(id, kind, body, load);
}

void Accounts::Stage(const store::RecordChange& change) {
  if (change.before != nullptr) {
    RemoveRow remove{staging_};
    Write(change.id, change.kind, *change.before, remove);
  }
  if (change.after != nullptr) {
    AddRow add{staging_};
    Write(change.id, change.kind, *change.after, add);
  }
}

void Accounts::Commit() {
  invoices_.Commit();
  payments_.Commit();
  balances_.Commit();
  staging_.Clear();
}

}  // namespace entrepot::trade
