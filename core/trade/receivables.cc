#include "core/trade/receivables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/settlement.h"
#include "core/trade/faults.h"
#include "core/trade/paging.h"
#include "fmt/core.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using domain::Receipt;

// First and last number of days overdue; a last one of 0 for the last range: without end.
struct AgeingRange {
  int from, until;
};
constexpr AgeingRange kAgeing[] = {{0, 0}, {1, 30}, {31, 60}, {61, 90}, {91, 0}};
constexpr size_t kAgeingSize = std::size(kAgeing);

void Set(Decimal value, v1::Decimal* proto) { value.Clamped().ToProto(proto); }

// All of a client's account in one currency, up to a day.
struct Account {
  std::vector<AccountInvoice> invoices;
  std::vector<AccountPayment> payments;
  std::optional<AccountedBalance> accounted;  // the newest
};

using AccountsByCurrency = std::map<std::string, Account>;

AccountsByCurrency AccountsOf(const Accounts& accounts, uint64_t client_id, absl::CivilDay day) {
  AccountsByCurrency found;
  for (AccountInvoice& invoice : accounts.InvoicesOf(client_id, View::kCommitted)) {
    if (invoice.issued_on.get() > day) continue;
    found[invoice.currency.text()].invoices.push_back(std::move(invoice));
  }
  for (AccountPayment& payment : accounts.PaymentsOf(client_id, View::kCommitted)) {
    if (payment.received_on.get() > day) continue;
    found[payment.currency.text()].payments.push_back(std::move(payment));
  }
  for (const AccountedBalance& balance : accounts.BalancesOf(client_id, View::kCommitted)) {
    if (balance.as_of.get() > day) continue;
    std::optional<AccountedBalance>& newest = found[balance.currency.text()].accounted;
    if (!newest || newest->as_of.get() < balance.as_of.get()) newest = balance;
  }
  for (auto& [currency, account] : found) {
    std::sort(account.invoices.begin(), account.invoices.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.issued_on.get(), a.number) < std::tuple(b.issued_on.get(), b.number);
    });
  }
  return found;
}

domain::Settlement SettlementOf(const Account& account) {
  std::vector<domain::Charge> charges;
  absl::flat_hash_map<uint64_t, size_t> index_of;  // by record id
  for (const AccountInvoice& invoice : account.invoices) {
    index_of.emplace(invoice.key, charges.size());
    charges.push_back({invoice.number, invoice.issued_on.get(), invoice.gross.get()});
  }
  std::vector<Receipt> receipts;
  for (const AccountPayment& payment : account.payments) {
    Receipt receipt{payment.document, payment.received_on.get(), payment.amount.get()};
    // An invoice of another client, or in another currency, is not settled on this account.
    const auto named = index_of.find(payment.invoice_id);
    if (named != index_of.end()) receipt.charge = named->second;
    receipts.push_back(receipt);
  }
  return domain::Settle(charges, receipts);
}

// The part of a client's account that a caller sees, in one currency.
class Statement {
 public:
  Statement(const std::string& currency, const Account& account, absl::CivilDay day)
      : account_(account), settlement_(SettlementOf(account)), day_(day) {
    shown_.set_currency(currency);
    Set(settlement_.balance, shown_.mutable_balance());
    Set(settlement_.on_account, shown_.mutable_on_account());
    ShowAgeing();
    if (account.accounted) ShowAccounting(*account.accounted);
  }

  bool overdue() const { return overdue_.sign() > 0; }
  bool uneven() const {
    return settlement_.balance.sign() != 0 || overdue() || difference_.sign() != 0;
  }
  v1::Receivables Take() { return std::move(shown_); }

  void ShowDocuments(bool include_settled) {
    for (size_t i = 0; i < account_.invoices.size(); ++i) {
      if (settlement_.charges[i].open.sign() == 0 && !include_settled) continue;
      ShowInvoice(i);
    }
    for (const domain::Share& share : settlement_.unsettled) {
      ShowShare(share, shown_.add_unsettled());
    }
  }

 private:
  int DaysOverdue(size_t invoice) const {
    if (settlement_.charges[invoice].open.sign() <= 0) return 0;
    return static_cast<int>(
        std::max<absl::civil_diff_t>(day_ - account_.invoices[invoice].due_on.get(), 0));
  }

  void ShowAgeing() {
    Decimal amounts[kAgeingSize];
    for (size_t i = 0; i < account_.invoices.size(); ++i) {
      const int days = DaysOverdue(i);
      size_t range = 0;
      while (range + 1 < kAgeingSize && days > kAgeing[range].until) ++range;
      amounts[range] += settlement_.charges[i].open;
      if (days > 0) overdue_ += settlement_.charges[i].open;
    }
    for (size_t i = 0; i < kAgeingSize; ++i) {
      v1::AgeingBucket* bucket = shown_.add_ageing();
      bucket->set_days_from(kAgeing[i].from);
      if (i + 1 < kAgeingSize) bucket->set_days_until(kAgeing[i].until);
      Set(amounts[i], bucket->mutable_amount());
    }
    Set(overdue_, shown_.mutable_overdue());
  }

  void ShowAccounting(const AccountedBalance& accounted) {
    difference_ = settlement_.balance - accounted.amount.get();
    v1::AccountingView* view = shown_.mutable_accounting();
    Set(accounted.amount.get(), view->mutable_balance());
    *view->mutable_as_of() = domain::ToDate(accounted.as_of.get());
    Set(difference_, view->mutable_difference());
  }

  void ShowInvoice(size_t index) {
    const AccountInvoice& invoice = account_.invoices[index];
    const domain::SettledCharge& settled = settlement_.charges[index];
    v1::InvoiceAccount* shown = shown_.add_invoices();
    shown->set_number(invoice.number);
    *shown->mutable_issued_on() = domain::ToDate(invoice.issued_on.get());
    *shown->mutable_due_on() = domain::ToDate(invoice.due_on.get());
    Set(invoice.gross.get(), shown->mutable_gross());
    Set(settled.open, shown->mutable_open());
    shown->set_days_overdue(DaysOverdue(index));
    for (const domain::Share& share : settled.settled_by) {
      ShowShare(share, shown->add_settled_by());
    }
  }

  void ShowShare(const domain::Share& share, v1::PaymentShare* shown) const {
    const AccountPayment& payment = account_.payments[share.receipt];
    shown->set_document(payment.document);
    *shown->mutable_received_on() = domain::ToDate(payment.received_on.get());
    Set(share.amount, shown->mutable_amount());
  }

  const Account& account_;
  const domain::Settlement settlement_;
  const absl::CivilDay day_;
  Decimal overdue_, difference_;
  v1::Receivables shown_;
};

}  // namespace

absl::StatusOr<absl::CivilDay> Receivables::DayOf(bool given, const v1::Date& date) const {
  if (!given) return settings_.Today(clock_);
  const auto day = domain::ToDay(date);
  if (day.ok()) return day;
  return Failure(absl::StatusCode::kInvalidArgument, "BAD_DATE",
                 fmt::format("on: {}", StdView(day.status().message())));
}

absl::StatusOr<v1::GetReceivablesResponse> Receivables::Get(
    const v1::GetReceivablesRequest& request) const {
  const ClientPtr client = catalogue_.ClientByCode(request.code(), View::kCommitted);
  if (client == nullptr) return faults::ClientNotFound(request.code());
  ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request.has_on(), request.on()));
  v1::GetReceivablesResponse response;
  response.set_code(client->code);
  response.set_name(client->name);
  *response.mutable_on() = domain::ToDate(day);
  for (const auto& [currency, account] : AccountsOf(accounts_, client->id, day)) {
    Statement statement(currency, account, day);
    statement.ShowDocuments(request.include_settled());
    *response.add_receivables() = statement.Take();
  }
  return response;
}

std::vector<v1::Receivables> Receivables::Today(uint64_t client_id) const {
  const absl::CivilDay day = settings_.Today(clock_);
  std::vector<v1::Receivables> shown;
  for (const auto& [currency, account] : AccountsOf(accounts_, client_id, day)) {
    shown.push_back(Statement(currency, account, day).Take());
  }
  return shown;
}

absl::StatusOr<v1::ListReceivablesResponse> Receivables::List(
    const v1::ListReceivablesRequest& request) const {
  ASSIGN_OR_RETURN(uint64_t after, AfterOf(request.page_token()));
  ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request.has_on(), request.on()));
  const int limit = PageSize(request.page_size());
  v1::ListReceivablesResponse response;
  *response.mutable_on() = domain::ToDate(day);
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  while (true) {
    // Debts outlive a client's record.
    ASSIGN_OR_RETURN(const std::vector<v1::Record> page,
                     snapshot->List(v1::Record::kClient,
                                    {.after = after, .limit = limit, .include_deleted = true}));
    for (const v1::Record& record : page) {
      if (response.clients_size() >= limit) {
        response.set_next_page_token(TokenOf(after));
        return response;
      }
      after = record.id();
      for (const auto& [currency, account] : AccountsOf(accounts_, record.id(), day)) {
        Statement statement(currency, account, day);
        if (!(request.overdue_only() ? statement.overdue() : statement.uneven())) continue;
        v1::ClientReceivables* client = response.add_clients();
        client->set_code(record.client().code());
        client->set_name(record.client().name());
        *client->mutable_receivables() = statement.Take();
      }
    }
    if (static_cast<int>(page.size()) < limit) return response;
  }
}

}  // namespace entrepot::trade
