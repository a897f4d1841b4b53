// entrepot order: placing, reading, cancelling, shipping and watching orders.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "app/entrepot/commands.h"
#include "app/entrepot/order_file.h"
#include "app/entrepot/order_print.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/order_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::OrderService::Stub;

struct PlaceOptions {
  std::string file;
  std::string request_id;
};

struct NumberOptions {
  std::string number;
  std::string request_id;
  std::string reason;
  std::vector<std::string> lines;  // "2=5": five of line 2
};

struct ListOptions {
  std::string client;
  std::string status;
  int limit = 100;
  std::string page;
};

Outcome Place(Session& session, const PlaceOptions& options) {
  ASSIGN_OR_RETURN(v1::PlaceOrderRequest request, ReadOrderFile(options.file));
  request.set_request_id(Session::RequestId(options.request_id));
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::PlaceOrderResponse response,
      session.Write(hub->Call<v1::OrderService>(&Stub::PlaceOrder, request), request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Names names(*hub);
    PrintAnswer(response, request.request_id(), &names, session.out);
  }
  return ExitCode::kOk;
}

Outcome ShowOrder(Session& session, const NumberOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetOrderRequest request;
  request.set_number(options.number);
  ASSIGN_OR_RETURN(const v1::GetOrderResponse response,
                   hub->Call<v1::OrderService>(&Stub::GetOrder, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Names names(*hub);
    PrintOrderCard(response, &names, session.out);
  }
  return ExitCode::kOk;
}

Outcome List(Session& session, const ListOptions& options) {
  v1::ListOrdersRequest request;
  request.set_client_code(options.client);
  ASSIGN_OR_RETURN(const int status,
                   ReadEnum("--status", options.status, *v1::OrderStatus_descriptor()));
  request.set_status(static_cast<v1::OrderStatus>(status));
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::ListOrdersResponse response,
                   hub->Call<v1::OrderService>(&Stub::ListOrders, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Names names(*hub);
  PrintOrders(response, &names, session.out);
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

Outcome Cancel(Session& session, const NumberOptions& options) {
  v1::CancelOrderRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_number(options.number);
  request.set_reason(options.reason);
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::CancelOrderResponse response,
                   session.Write(hub->Call<v1::OrderService>(&Stub::CancelOrder, request),
                                 request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Names names(*hub);
    PrintOrder(response.order(), &names, session.out);
  }
  return ExitCode::kOk;
}

// "2=5.5" or "2".
absl::Status ReadShipLine(const std::string& text, v1::ShipOrderLine* line) {
  const size_t equals = text.find('=');
  int number = 0;
  const char* end = text.data() + std::min(equals, text.size());
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (equals == std::string::npos || error != std::errc() || stop != end) {
    return Usage(fmt::format("--line is \"{}\": write line=quantity, as in 2=5.5", text));
  }
  line->set_line(number);
  ASSIGN_OR_RETURN(*line->mutable_quantity(),
                   ReadDecimal("--line " + text, text.substr(equals + 1)));
  return absl::OkStatus();
}

Outcome Ship(Session& session, const NumberOptions& options) {
  v1::ShipOrderRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_number(options.number);
  for (const std::string& line : options.lines) {
    RETURN_IF_ERROR(ReadShipLine(line, request.add_lines()));
  }
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::ShipOrderResponse response,
      session.Write(hub->Call<v1::OrderService>(&Stub::ShipOrder, request), request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Names names(*hub);
  session.out.Say(fmt::format("Shipment {} of order {}, invoice {}", response.shipment(),
                              options.number, response.invoice()));
  PrintOrder(response.order(), &names, session.out);
  return ExitCode::kOk;
}

Outcome Watch(Session& session, const NumberOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::WatchOrderRequest request;
  request.set_number(options.number);
  Names names(*hub);
  RETURN_IF_ERROR((hub->Stream<v1::OrderService, v1::WatchOrderRequest, v1::WatchOrderResponse>(
      &Stub::WatchOrder, request, [&](const v1::WatchOrderResponse& response) {
        if (session.out.json()) {
          session.out.JsonLine(response);
        } else {
          session.out.Say(fmt::format("{}  revision {}", Show(response.order().changed_at()),
                                      response.order().revision()));
          PrintOrder(response.order(), &names, session.out);
          session.out.Say();
        }
        return true;
      })));
  return ExitCode::kOk;
}

void AddRequestId(CLI::App* command, std::string* request_id) {
  command
      ->add_option("--request-id", *request_id,
                   "Repeated with the same id, the first answer comes again (default: a new one)")
      ->type_name("ID");
}

void AddPlace(CLI::App& order, Session& session) {
  CLI::App* command = AddCommand(
      order, "place", "Places an order; the hub answers line by line",
      "  entrepot order place -f order.json\n"
      "  entrepot order place -f order.json --request-id 2026-11-24-17    safe to repeat\n"
      "  echo '{\"client\": \"C-001\", \"lines\": [{\"sku\": \"BLT-8-40\", \"quantity\": 3}]}' |\n"
      "      entrepot order place -f -\n"
      "The file: client, lines with sku and quantity; optional are client_order_number, wanted_on\n"
      "(2026-12-31), and for each line unit_price and vat_included.");
  auto options = std::make_shared<PlaceOptions>();
  command->add_option("-f,--file", options->file, "The order in JSON; '-': standard input")
      ->required();
  AddRequestId(command, &options->request_id);
  Runs(command, session, options, Place);
}

void AddList(CLI::App& order, Session& session) {
  CLI::App* command = AddCommand(order, "list", "Orders, newest first",
                                 "  entrepot order list\n"
                                 "  entrepot order list --client C-001 --status open");
  auto options = std::make_shared<ListOptions>();
  command->add_option("--client", options->client, "Only of this client")->type_name("CODE");
  command->add_option("--status", options->status, "open, shipped or cancelled");
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--page", options->page, "The next page, as the page before names it");
  Runs(command, session, options, List);
}

std::shared_ptr<NumberOptions> AddNumber(CLI::App* command) {
  auto options = std::make_shared<NumberOptions>();
  command->add_option("NUMBER", options->number, "The order's number")->required();
  return options;
}

}  // namespace

void AddOrder(CLI::App& app, Session& session) {
  CLI::App* order = AddNoun(app, "order", "Placing, reading, cancelling and shipping orders");
  AddPlace(*order, session);
  AddList(*order, session);

  CLI::App* show = AddCommand(*order, "show", "An order with its stock requests and invoices",
                              "  entrepot order show 1001");
  Runs(show, session, AddNumber(show), ShowOrder);

  CLI::App* cancel =
      AddCommand(*order, "cancel", "Cancels what has not been shipped",
                 "  entrepot order cancel 1001 --reason \"the client ordered twice\"");
  auto cancel_options = AddNumber(cancel);
  cancel->add_option("--reason", cancel_options->reason, "Shown to whoever asks why");
  AddRequestId(cancel, &cancel_options->request_id);
  Runs(cancel, session, cancel_options, Cancel);

  CLI::App* ship = AddCommand(*order, "ship", "Ships what is allocated; each shipment is invoiced",
                              "  entrepot order ship 1001\n"
                              "  entrepot order ship 1001 --line 1=20 --line 3=5.5");
  auto ship_options = AddNumber(ship);
  ship->add_option("--line", ship_options->lines, "Only so much of a line (default: all of it)")
      ->type_name("LINE=QUANTITY")
      ->take_all();
  AddRequestId(ship, &ship_options->request_id);
  Runs(ship, session, ship_options, Ship);

  CLI::App* watch =
      AddCommand(*order, "watch", "The order now and after every change, until it is closed",
                 "  entrepot order watch 1001\n"
                 "  entrepot order watch 1001 --output json     one document a line");
  Runs(watch, session, AddNumber(watch), Watch);
}

}  // namespace entrepot::cli
