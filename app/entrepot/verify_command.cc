// entrepot verify: do a connection's system and the hub hold the same, and if not, why.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct VerifyOptions {
  std::string connection;
  bool repair = false;
};

void Show(const Output& out, const v1::Difference& difference) {
  const std::string name = difference.key().empty() ? difference.outside_id() : difference.key();
  std::string text =
      fmt::format("{}: {} {} {}: {}", difference.dataset(), ShowEnum(difference.cause()),
                  difference.kind(), name, difference.reason());
  for (const v1::FieldChange& field : difference.fields()) {
    const auto shown = [](const std::string& value) { return value.empty() ? "(nothing)" : value; };
    text += fmt::format("\n    {}: hub {}, there {}", field.field(), shown(field.before()),
                        shown(field.after()));
  }
  text +=
      fmt::format("\n    {}: {}", difference.repaired() ? "queued" : "repair", difference.repair());
  out.Say(text);
}

void Show(const Output& out, const v1::VerifiedDataset& dataset) {
  if (!dataset.error().empty()) {
    return out.Say(fmt::format("{}: not compared: {}", dataset.dataset(), dataset.error()));
  }
  out.Say(fmt::format(
      "{}: {} in the hub, {} there, {}{}", dataset.dataset(),
      ShowCount(dataset.hub_records(), "record"), ShowCount(dataset.outside_records()),
      dataset.differences() == 0 ? "equal" : ShowCount(dataset.differences(), "difference"),
      dataset.cut() ? " (limits.verified_differences_max: there are more)" : ""));
}

Outcome RunVerify(Session& session, const VerifyOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::VerifyRequest request;
  request.set_connection(options.connection);
  request.set_repair(options.repair);
  bool equal = true;
  RETURN_IF_ERROR((hub->Stream<v1::OperationService, v1::VerifyRequest, v1::VerifyResponse>(
      &v1::OperationService::Stub::Verify, request, [&](const v1::VerifyResponse& event) {
        equal = equal && !event.has_difference() && event.dataset().error().empty();
        if (session.out.json()) {
          session.out.JsonLine(event);
        } else if (event.has_difference()) {
          Show(session.out, event.difference());
        } else {
          Show(session.out, event.dataset());
        }
        return true;
      })));
  return equal ? ExitCode::kOk : ExitCode::kPartly;
}

}  // namespace

void AddVerify(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "verify", "Do a connection's system and the hub hold the same?",
      "  entrepot verify crm             every record that differs, why, and its repair\n"
      "  entrepot verify crm --repair    queues the repair of what was missed\n"
      "Ends with 0 only when both hold the same, with 5 when something differs.");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("CONNECTION", options->connection, "Its name in the configuration")
      ->required();
  command->add_flag("--repair", options->repair,
                    "Send again what should be there, and read again what should be here");
  Runs(command, session, options, RunVerify);
}

}  // namespace entrepot::cli
