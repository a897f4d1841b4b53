// entrepot stock available: what is there and what will be there of a product.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/expectation.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/stock_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct AvailableOptions {
  std::string sku;
  std::string quantity;
  bool watch = false;
};

void PrintWarehouses(const v1::Availability& stock, const Output& out) {
  Table table({{"WAREHOUSE"},
               {"NAME"},
               {"ON HAND", true},
               {"ON HOLD", true},
               {"RESERVED", true},
               {"ORDERED", true},
               {"AVAILABLE", true},
               {"AS OF"}});
  for (const v1::WarehouseAvailability& warehouse : stock.warehouses()) {
    table.Add({warehouse.code(), warehouse.name(), Show(warehouse.on_hand()),
               Show(warehouse.on_hold()), Show(warehouse.reserved()), Show(warehouse.ordered()),
               Show(warehouse.available()), warehouse.has_as_of() ? Show(warehouse.as_of()) : ""});
  }
  out.Print(table, "No warehouse has reported it.");
}

void PrintIncoming(const v1::Availability& stock, const Output& out) {
  Table table({{"ON ITS WAY"}, {"LINE"}, {"TO"}, {"QUANTITY", true}, {"EXPECTED"}, {""}});
  for (const v1::IncomingSupply& supply : stock.incoming()) {
    table.Add({supply.purchase_order(), supply.line(), supply.warehouse_code(),
               Show(supply.quantity()),
               supply.has_expected_on() ? Show(supply.expected_on()) : "no date",
               supply.on_hold() ? "on hold"
               : supply.late()  ? "late: nothing is promised from it"
                                : ""});
  }
  if (table.empty()) return;
  out.Say();
  out.Print(table);
}

void PrintPromise(const v1::Availability& stock, const Output& out) {
  Table table({{"FROM"}, {"AVAILABLE TO PROMISE", true}});
  for (const v1::AtpStep& step : stock.atp()) table.Add({Show(step.date()), Show(step.quantity())});
  if (table.empty()) return;
  out.Say();
  out.Print(table);
}

void PrintAvailability(const v1::Availability& stock, const std::string& quantity,
                       const Output& out) {
  out.Say(fmt::format("{}  {}: {} {} available", stock.sku(), stock.name(), Show(stock.available()),
                      ShowUnit(stock.unit())));
  PrintWarehouses(stock, out);
  PrintIncoming(stock, out);
  PrintPromise(stock, out);
  if (!stock.has_expectation()) return;
  out.Say();
  out.Say(fmt::format("{} {}: {}", quantity, ShowUnit(stock.unit()),
                      ShowExpectation(stock.expectation())));
}

Outcome Watch(Session& session, Hub& hub, const AvailableOptions& options) {
  v1::WatchAvailabilityRequest request;
  request.set_sku(options.sku);
  RETURN_IF_ERROR(
      (hub.Stream<v1::StockService, v1::WatchAvailabilityRequest, v1::WatchAvailabilityResponse>(
          &v1::StockService::Stub::WatchAvailability, request,
          [&](const v1::WatchAvailabilityResponse& response) {
            if (session.out.json()) {
              session.out.JsonLine(response);
            } else {
              PrintAvailability(response.availability(), "", session.out);
              session.out.Say();
            }
            return true;
          })));
  return ExitCode::kOk;
}

Outcome RunAvailable(Session& session, const AvailableOptions& options) {
  v1::GetAvailabilityRequest request;
  request.set_sku(options.sku);
  if (!options.quantity.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_quantity(), ReadDecimal("--quantity", options.quantity));
  }
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  if (options.watch) return Watch(session, *hub, options);
  ASSIGN_OR_RETURN(const v1::GetAvailabilityResponse response,
                   hub->Call<v1::StockService>(&v1::StockService::Stub::GetAvailability, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    PrintAvailability(response.availability(), options.quantity, session.out);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddStock(CLI::App& app, Session& session) {
  CLI::App* stock = AddNoun(app, "stock", "What is there and what will be there");
  CLI::App* command = AddCommand(
      *stock, "available", "Availability of a product: by warehouse, on its way, by date",
      "  entrepot stock available BLT-10-60\n"
      "  entrepot stock available BLT-10-60 --quantity 100    when will so much be here?\n"
      "  entrepot stock available BLT-10-60 --watch           again after each change");
  auto options = std::make_shared<AvailableOptions>();
  command->add_option("SKU", options->sku, "The product's article number")->required();
  auto* quantity =
      command->add_option("--quantity", options->quantity, "Also say when this much will be here")
          ->type_name("N");
  command->add_flag("--watch", options->watch, "Show it again after every change, until Ctrl-C")
      ->excludes(quantity);
  Runs(command, session, options, RunAvailable);
}

}  // namespace entrepot::cli
