// entrepot analogues: what is in stock and can be used instead of a product.
#include "app/entrepot/commands.h"
#include "app/entrepot/expectation.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/product_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct AnaloguesOptions {
  std::string sku;
  std::string quantity;
  int limit = 10;
};

Outcome RunAnalogues(Session& session, const AnaloguesOptions& options) {
  v1::SuggestAnaloguesRequest request;
  request.set_sku(options.sku);
  request.set_limit(options.limit);
  if (!options.quantity.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_quantity(), ReadDecimal("--quantity", options.quantity));
  }
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(
      const v1::SuggestAnaloguesResponse response,
      hub->Call<v1::ProductService>(&v1::ProductService::Stub::SuggestAnalogues, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"SKU"},
               {"NAME"},
               {"AVAILABLE", true},
               {"NEEDED", true},
               {"UNIT"},
               {"ENOUGH"},
               {"BECAUSE"}});
  for (const v1::Analogue& analogue : response.analogues()) {
    table.Add({analogue.sku(), analogue.name(), Show(analogue.available()), Show(analogue.needed()),
               ShowUnit(analogue.unit()), analogue.covers() ? "yes" : "no", ShowReasons(analogue)});
  }
  session.out.Print(table, "Nothing in stock can be used instead.");
  return ExitCode::kOk;
}

}  // namespace

void AddAnalogues(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "analogues", "What is in stock and can be used instead of a product",
                 "  entrepot analogues BLT-8-40\n  entrepot analogues BLT-8-40 --quantity 200");
  auto options = std::make_shared<AnaloguesOptions>();
  command->add_option("SKU", options->sku, "The missing product's article number")->required();
  command->add_option("--quantity", options->quantity, "How much is missing (default: 1)")
      ->type_name("N");
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  Runs(command, session, options, RunAnalogues);
}

}  // namespace entrepot::cli
