// entrepot client: a client's card and what clients owe.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "core/domain/currency.h"
#include "core/domain/decimal.h"
#include "entrepot/v1/client_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::ClientService::Stub;

struct ShowOptions {
  std::string code;
};
struct ReceivablesOptions {
  std::string code;
  std::string on;
  bool all = false;
  bool overdue = false;
  int limit = 100;
  std::string page;
};

bool IsZero(const v1::Decimal& decimal) { return decimal.units() == 0 && decimal.nanos() == 0; }

// "60.00 RUB": with all digits of the currency.
std::string ShowIn(const v1::Decimal& amount, const std::string& currency) {
  const auto exact = domain::Decimal::From(amount);
  const domain::Currency* known = domain::FindCurrency(currency);
  const bool rounded =
      exact.ok() && known != nullptr && exact->Rounded(known->minor_digits) == *exact;
  return (rounded ? exact->ToString(known->minor_digits) : Show(amount)) + " " + currency;
}

// "60.00 RUB of PP-1, 40.00 RUB of PP-2".
std::string ShowShares(const google::protobuf::RepeatedPtrField<v1::PaymentShare>& shares,
                       const std::string& currency) {
  std::string text;
  for (const v1::PaymentShare& share : shares) {
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", ShowIn(share.amount(), currency),
                        share.document());
  }
  return text;
}

// "1-30 days".
std::string ShowRange(const v1::AgeingBucket& bucket) {
  if (!bucket.has_days_until()) return fmt::format("{} days and more", bucket.days_from());
  if (bucket.days_until() == 0) return "not overdue";
  return fmt::format("{}-{} days", bucket.days_from(), bucket.days_until());
}

// "agrees", or by how much it does not.
std::string ShowAccounting(const v1::Receivables& account) {
  if (!account.has_accounting()) return "";
  const v1::AccountingView& view = account.accounting();
  const std::string said =
      fmt::format("{} since {}", ShowIn(view.balance(), account.currency()), Show(view.as_of()));
  if (IsZero(view.difference())) return said + ": agrees";
  return fmt::format("{}: the hub has {} more", said,
                     ShowIn(view.difference(), account.currency()));
}

void PrintSums(const v1::Receivables& account, const Output& out) {
  Table sums = Table::OfFields();
  sums.Add({"balance", ShowIn(account.balance(), account.currency())});
  if (!IsZero(account.on_account())) {
    sums.Add({"on account", ShowIn(account.on_account(), account.currency())});
  }
  sums.Add({"overdue", ShowIn(account.overdue(), account.currency())});
  for (const v1::AgeingBucket& bucket : account.ageing()) {
    if (bucket.days_from() == 0 || IsZero(bucket.amount())) continue;
    sums.Add({"  " + ShowRange(bucket), ShowIn(bucket.amount(), account.currency())});
  }
  if (account.has_accounting()) sums.Add({"accounting", ShowAccounting(account)});
  out.Print(sums);
}

void PrintDocuments(const v1::Receivables& account, const Output& out) {
  Table invoices({{"INVOICE"},
                  {"ISSUED"},
                  {"DUE"},
                  {"GROSS", true},
                  {"OPEN", true},
                  {"DAYS OVERDUE", true},
                  {"SETTLED BY"}});
  for (const v1::InvoiceAccount& invoice : account.invoices()) {
    invoices.Add({invoice.number(), Show(invoice.issued_on()), Show(invoice.due_on()),
                  ShowIn(invoice.gross(), account.currency()),
                  ShowIn(invoice.open(), account.currency()),
                  invoice.days_overdue() > 0 ? std::to_string(invoice.days_overdue()) : "",
                  ShowShares(invoice.settled_by(), account.currency())});
  }
  out.Print(invoices, "No invoice is open.");
  Table payments({{"PAYMENT"}, {"RECEIVED"}, {"NOT SETTLED WITH AN INVOICE", true}});
  for (const v1::PaymentShare& share : account.unsettled()) {
    payments.Add(
        {share.document(), Show(share.received_on()), ShowIn(share.amount(), account.currency())});
  }
  if (payments.empty()) return;
  out.Say();
  out.Print(payments);
}

void PrintAccount(const v1::GetReceivablesResponse& response, const Output& out) {
  out.Say(fmt::format("{}  {}: receivables on {}", response.code(), response.name(),
                      Show(response.on())));
  for (const v1::Receivables& account : response.receivables()) {
    out.Say();
    PrintSums(account, out);
    out.Say();
    PrintDocuments(account, out);
  }
  if (response.receivables().empty()) out.Say("There are neither invoices nor payments.");
}

void PrintCard(const v1::GetClientResponse& card, const Output& out) {
  const v1::Client& client = card.client().client();
  Table fields = Table::OfFields();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) fields.Add({name, value});
  };
  add("client", client.code());
  add("name", client.name());
  add("legal name", client.legal_name());
  add("tax id", client.tax_id());
  add("tax branch", client.tax_branch_id());
  add("address", client.address());
  for (const v1::ContactPoint& point : client.contact_points()) {
    add(ShowEnum(point.type()).c_str(),
        point.value() + (point.person().empty() ? "" : ", " + point.person()));
  }
  add("price type", client.price_type());
  add("account manager", client.account_manager());
  add("comment", client.comment());
  for (const v1::Record& record : card.contracts()) {
    const v1::Contract& contract = record.contract();
    add("contract", fmt::format("{}, {} days to pay", contract.number(), contract.payment_days()));
  }
  for (const v1::Receivables& owed : card.receivables()) {
    add("owes", fmt::format("{}, overdue {}", ShowIn(owed.balance(), owed.currency()),
                            ShowIn(owed.overdue(), owed.currency())));
    add("accounting", ShowAccounting(owed));
  }
  out.Print(fields);
}

Outcome ShowClient(Session& session, const ShowOptions& options) {
  v1::GetClientRequest request;
  request.set_code(options.code);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::GetClientResponse card,
                   hub->Call<v1::ClientService>(&Stub::GetClient, request));
  if (session.out.json()) {
    session.out.Json(card);
  } else {
    PrintCard(card, session.out);
  }
  return ExitCode::kOk;
}

Outcome ListReceivables(Session& session, const ReceivablesOptions& options) {
  v1::ListReceivablesRequest request;
  request.set_overdue_only(options.overdue);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  if (!options.on.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_on(), ReadDate("--on", options.on));
  }
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::ListReceivablesResponse response,
                   hub->Call<v1::ClientService>(&Stub::ListReceivables, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"CLIENT"}, {"NAME"}, {"OWES", true}, {"OVERDUE", true}, {"ACCOUNTING"}});
  for (const v1::ClientReceivables& client : response.clients()) {
    const v1::Receivables& account = client.receivables();
    table.Add({client.code(), client.name(), ShowIn(account.balance(), account.currency()),
               ShowIn(account.overdue(), account.currency()), ShowAccounting(account)});
  }
  session.out.Print(table, options.overdue ? "Nothing is overdue." : "Nobody owes anything.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

Outcome RunReceivables(Session& session, const ReceivablesOptions& options) {
  if (options.code.empty()) return ListReceivables(session, options);
  v1::GetReceivablesRequest request;
  request.set_code(options.code);
  request.set_include_settled(options.all);
  if (!options.on.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_on(), ReadDate("--on", options.on));
  }
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::GetReceivablesResponse response,
                   hub->Call<v1::ClientService>(&Stub::GetReceivables, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    PrintAccount(response, session.out);
  }
  return ExitCode::kOk;
}

void AddReceivables(CLI::App& client, Session& session) {
  CLI::App* command = AddCommand(
      client, "receivables", "What a client owes, or all clients: open invoices, payments, overdue",
      "  entrepot client receivables C-001\n"
      "  entrepot client receivables C-001 --all            settled invoices too\n"
      "  entrepot client receivables --on 2026-10-31        of all clients, at that day's end\n"
      "  entrepot client receivables --overdue --output json");
  auto options = std::make_shared<ReceivablesOptions>();
  auto* code = command->add_option("CODE", options->code, "The client's code (default: all)");
  command->add_option("--on", options->on, "At the end of this day (default: today)")
      ->type_name("DATE");
  command->add_flag("--all", options->all, "Settled invoices too")->needs(code);
  command->add_flag("--overdue", options->overdue, "Only clients with an overdue invoice")
      ->excludes(code);
  command->add_option("--limit", options->limit, "How many clients a page has")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->excludes(code);
  command->add_option("--page", options->page, "The next page, as the page before names it")
      ->excludes(code);
  Runs(command, session, options, RunReceivables);
}

}  // namespace

void AddClient(CLI::App& app, Session& session) {
  CLI::App* client = AddNoun(app, "client", "Clients and what they owe");
  CLI::App* show = AddCommand(*client, "show", "A client's card",
                              "  entrepot client show C-001\n"
                              "  entrepot client show C-001 --output json");
  auto options = std::make_shared<ShowOptions>();
  show->add_option("CODE", options->code, "The client's code")->required();
  Runs(show, session, options, ShowClient);
  AddReceivables(*client, session);
}

}  // namespace entrepot::cli
