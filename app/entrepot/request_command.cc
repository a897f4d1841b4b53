// entrepot request: the stock requests that logistics managers are asked, and their answers.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/names.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/stock_request_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::StockRequestService::Stub;

struct AnswerOptions {
  std::string number;
  std::string date;
  std::string text;  // remark or reason
  std::string request_id;
};

struct ListOptions {
  std::string assignee;
  std::string status;
  int limit = 100;
  std::string page;
};

void PrintRequests(const v1::ListStockRequestsResponse& response, Names* names, const Output& out) {
  Table table({{"REQUEST"},
               {"TO"},
               {"STATUS"},
               {"WANTED"},
               {"SKU"},
               {"QUANTITY", true},
               {"CLIENT"},
               {"ORDER"},
               {"LINE", true},
               {"PROMISED"},
               {"ANSWER"}});
  for (const v1::Record& record : response.stock_requests()) {
    const v1::StockRequest& request = record.stock_request();
    table.Add({request.number(), request.assignee(), ShowEnum(request.status()),
               request.has_wanted_on() ? Show(request.wanted_on()) : "as soon as possible",
               names->Key(request.product_id()), Show(request.quantity()),
               names->Key(request.client_id()), names->Key(request.order_id()),
               std::to_string(request.order_line()),
               request.has_promised_on() ? Show(request.promised_on()) : "", request.answer()});
  }
  out.Print(table, "There are no such requests.");
}

void PrintRequest(const v1::StockRequest& request, Names* names, const Output& out) {
  Table table = Table::OfFields();
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) table.Add({name, value});
  };
  add("request", request.number());
  add("status", ShowEnum(request.status()));
  add("to", request.assignee());
  add("product", names->Key(request.product_id()));
  add("quantity", Show(request.quantity()));
  add("wanted on", request.has_wanted_on() ? Show(request.wanted_on()) : "as soon as possible");
  add("to warehouse", names->Key(request.warehouse_id()));
  add("client", names->Key(request.client_id()));
  add("order", fmt::format("{} line {}", names->Key(request.order_id()), request.order_line()));
  add("asked", Show(request.created_at()));
  add("promised on", request.has_promised_on() ? Show(request.promised_on()) : "");
  add("answer", request.answer());
  add("answered by", request.answered_by());
  add("answered", request.has_answered_at() ? Show(request.answered_at()) : "");
  out.Print(table);
}

template <typename Response>
Outcome Answered(Session& session, Hub& hub, const Response& response) {
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Names names(hub);
    PrintRequest(response.stock_request().stock_request(), &names, session.out);
  }
  return ExitCode::kOk;
}

Outcome List(Session& session, const ListOptions& options) {
  v1::ListStockRequestsRequest request;
  request.set_assignee(options.assignee);
  ASSIGN_OR_RETURN(const int status,
                   ReadEnum("--status", options.status, *v1::StockRequestStatus_descriptor()));
  request.set_status(static_cast<v1::StockRequestStatus>(status));
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::ListStockRequestsResponse response,
                   hub->Call<v1::StockRequestService>(&Stub::ListStockRequests, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Names names(*hub);
  PrintRequests(response, &names, session.out);
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

Outcome ShowRequest(Session& session, const AnswerOptions& options) {
  v1::GetStockRequestRequest request;
  request.set_number(options.number);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::GetStockRequestResponse response,
                   hub->Call<v1::StockRequestService>(&Stub::GetStockRequest, request));
  return Answered(session, *hub, response);
}

Outcome Accept(Session& session, const AnswerOptions& options) {
  v1::AcceptStockRequestRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_number(options.number);
  request.set_remark(options.text);
  ASSIGN_OR_RETURN(*request.mutable_promised_on(), ReadDate("--date", options.date));
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::AcceptStockRequestResponse response,
      session.Write(hub->Call<v1::StockRequestService>(&Stub::AcceptStockRequest, request),
                    request.request_id()));
  return Answered(session, *hub, response);
}

Outcome Decline(Session& session, const AnswerOptions& options) {
  v1::DeclineStockRequestRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_number(options.number);
  request.set_reason(options.text);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::DeclineStockRequestResponse response,
      session.Write(hub->Call<v1::StockRequestService>(&Stub::DeclineStockRequest, request),
                    request.request_id()));
  return Answered(session, *hub, response);
}

Outcome Arrive(Session& session, const AnswerOptions& options) {
  v1::ArriveStockRequestRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_number(options.number);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::ArriveStockRequestResponse response,
      session.Write(hub->Call<v1::StockRequestService>(&Stub::ArriveStockRequest, request),
                    request.request_id()));
  return Answered(session, *hub, response);
}

std::shared_ptr<AnswerOptions> AddNumber(CLI::App* command, bool writes) {
  auto options = std::make_shared<AnswerOptions>();
  command->add_option("NUMBER", options->number, "The request's number")->required();
  if (writes) {
    command
        ->add_option("--request-id", options->request_id,
                     "Repeated with the same id, the first answer comes again (default: a new one)")
        ->type_name("ID");
  }
  return options;
}

void AddList(CLI::App& noun, Session& session) {
  CLI::App* command = AddCommand(noun, "list", "Stock requests, the most urgent first",
                                 "  entrepot request list\n"
                                 "  entrepot request list --assignee olga --status open");
  auto options = std::make_shared<ListOptions>();
  command->add_option("--assignee", options->assignee, "Only of this manager")->type_name("LOGIN");
  command->add_option("--status", options->status,
                      "open, accepted, declined, arrived or cancelled");
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--page", options->page, "The next page, as the page before names it");
  Runs(command, session, options, List);
}

}  // namespace

void AddRequest(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "request", "Stock requests to logistics, and their answers");
  AddList(*noun, session);

  CLI::App* show = AddCommand(*noun, "show", "A stock request", "  entrepot request show 1001");
  Runs(show, session, AddNumber(show, false), ShowRequest);

  CLI::App* accept = AddCommand(
      *noun, "accept", "Promises the goods for a date",
      "  entrepot request accept 1001 --date 2026-12-01 --remark \"with the next lorry\"");
  auto accepting = AddNumber(accept, true);
  accept->add_option("--date", accepting->date, "The day on which the goods will be here")
      ->required()
      ->type_name("YYYY-MM-DD");
  accept->add_option("--remark", accepting->text, "For the buyer");
  Runs(accept, session, accepting, Accept);

  CLI::App* decline = AddCommand(*noun, "decline", "Declines it with a reason",
                                 "  entrepot request decline 1001 --reason \"no longer made\"");
  auto declining = AddNumber(decline, true);
  decline->add_option("--reason", declining->text, "Why")->required();
  Runs(decline, session, declining, Decline);

  CLI::App* arrive =
      AddCommand(*noun, "arrive", "Marks the goods as there", "  entrepot request arrive 1001");
  Runs(arrive, session, AddNumber(arrive, true), Arrive);
}

}  // namespace entrepot::cli
