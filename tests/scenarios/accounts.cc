// The lines about money: payments, what accounting says, and what is owed.
#include <fmt/core.h>

#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "tests/scenarios/story.h"

namespace entrepot::scenarios {
namespace {

using v1::Record;

absl::Status Usage(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("write it so: {}", text));
}

absl::StatusOr<v1::Date> ToDate(const std::string& text) {
  ASSIGN_OR_RETURN(const absl::CivilDay day, domain::ParseDay(text));
  return domain::ToDate(day);
}

std::string Text(const v1::Decimal& decimal) { return domain::Decimal::From(decimal)->ToString(); }

std::string Sums(const v1::Receivables& account) {
  std::string text = fmt::format("{} {}", Text(account.balance()), account.currency());
  if (account.on_account().units() != 0) text += " on_account " + Text(account.on_account());
  for (const v1::AgeingBucket& bucket : account.ageing()) {
    if (bucket.days_from() == 0 || Text(bucket.amount()) == "0") continue;
    text += fmt::format(" overdue {}-{} {}", bucket.days_from(),
                        bucket.has_days_until() ? std::to_string(bucket.days_until()) : "",
                        Text(bucket.amount()));
  }
  if (!account.has_accounting()) return text;
  return text + fmt::format("; accounting {} since {} difference {}",
                            Text(account.accounting().balance()),
                            domain::DayText(account.accounting().as_of()),
                            Text(account.accounting().difference()));
}

std::string Shares(const google::protobuf::RepeatedPtrField<v1::PaymentShare>& shares) {
  std::string text;
  for (const v1::PaymentShare& share : shares) {
    text += fmt::format(" {} of {}", Text(share.amount()), share.document());
  }
  return text;
}

std::string Show(const v1::Receivables& account) {
  std::string text = Sums(account) + "\n";
  for (const v1::InvoiceAccount& invoice : account.invoices()) {
    text += fmt::format(
        "  {} due {} open {} of {}{}:{}\n", invoice.number(), domain::DayText(invoice.due_on()),
        Text(invoice.open()), Text(invoice.gross()),
        invoice.days_overdue() > 0 ? fmt::format(" overdue {} days", invoice.days_overdue()) : "",
        Shares(invoice.settled_by()));
  }
  if (!account.unsettled().empty()) text += "  unsettled:" + Shares(account.unsettled()) + "\n";
  return text;
}

}  // namespace

Story::Answer Story::Payment(const Command& command) {
  if (command.words.size() != 3) return Usage("payment DOCUMENT CLIENT AMOUNT [on= invoice= …]");
  v1::Payment payment;
  payment.set_document(command.words[0]);
  payment.set_client_id(IdOf(Record::kClient, command.words[1]));
  ASSIGN_OR_RETURN(const domain::Decimal amount, domain::Decimal::Parse(command.words[2]));
  *payment.mutable_amount()->mutable_amount() = amount.ToProto();
  payment.mutable_amount()->set_currency(command.Option("currency", "RUB"));
  ASSIGN_OR_RETURN(*payment.mutable_received_on(),
                   ToDate(command.Option("on", domain::DayText(trade().settings.Today(clock_)))));
  if (command.Has("invoice")) {
    v1::Invoice key;
    key.set_number(command.Option("invoice"));
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store().Read());
    ASSIGN_OR_RETURN(const auto found,
                     snapshot->FindByKey(Record::kInvoice,
                                         domain::KeyBytes(domain::InfoOf(Record::kInvoice), key)));
    payment.set_invoice_id(found.value_or(0));
  }
  RETURN_IF_ERROR(Put(Record::kPayment, command.words[0], payment, command));
  return "";
}

Story::Answer Story::Accounting(const Command& command) {
  if (command.words.size() != 2) return Usage("accounting CLIENT BALANCE [on= currency=]");
  v1::AccountBalance balance;
  balance.set_client_id(IdOf(Record::kClient, command.words[0]));
  balance.set_currency(command.Option("currency", "RUB"));
  ASSIGN_OR_RETURN(const domain::Decimal amount, domain::Decimal::Parse(command.words[1]));
  *balance.mutable_amount() = amount.ToProto();
  const std::string day = command.Option("on", domain::DayText(trade().settings.Today(clock_)));
  ASSIGN_OR_RETURN(*balance.mutable_as_of(), ToDate(day));
  RETURN_IF_ERROR(Put(Record::kAccountBalance, command.words[0] + "/" + day, balance, command));
  return "";
}

Story::Answer Story::ShowReceivables(const Command& command) {
  if (command.words.size() != 1) return Usage("receivables CLIENT [on= +all]");
  v1::GetReceivablesRequest request;
  request.set_code(command.words[0]);
  request.set_include_settled(command.Has("all"));
  if (command.Has("on")) {
    ASSIGN_OR_RETURN(*request.mutable_on(), ToDate(command.Option("on")));
  }
  ASSIGN_OR_RETURN(const auto response, trade().receivables.Get(request));
  std::string text;
  for (const v1::Receivables& account : response.receivables()) text += Show(account);
  return text;
}

Story::Answer Story::ShowDebtors(const Command& command) {
  v1::ListReceivablesRequest request;
  request.set_overdue_only(command.Has("overdue"));
  if (command.Has("on")) {
    ASSIGN_OR_RETURN(*request.mutable_on(), ToDate(command.Option("on")));
  }
  ASSIGN_OR_RETURN(const auto response, trade().receivables.List(request));
  std::string text;
  for (const v1::ClientReceivables& client : response.clients()) {
    text += client.code() + " " + Sums(client.receivables()) + "\n";
  }
  return text;
}

}  // namespace entrepot::scenarios
