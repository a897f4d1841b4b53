// entrepot plan and apply: a plan in a file, and the sync that does it, if a sync still would.
#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/entrepot/commands.h"
#include "app/entrepot/plan_print.h"
#include "app/entrepot/sync_progress.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

struct PlanOptions {
  std::vector<std::string> connections;
  bool full = false;
  bool accept_deletions = false;
  std::string file;
};

absl::Status WritePlan(const std::string& path, const v1::PlanFile& plan) {
  google::protobuf::util::JsonPrintOptions format;
  format.add_whitespace = true;
  format.preserve_proto_field_names = true;
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(plan, &json, format);
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << json;
  file.close();
  if (printed.ok() && file) return absl::OkStatus();
  return Usage(fmt::format("the plan cannot be written to {}: {}", path, std::strerror(errno)));
}

absl::StatusOr<v1::PlanFile> ReadPlan(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string json(std::istreambuf_iterator<char>(file), {});
  if (!file) {
    return Usage(fmt::format("the plan {} cannot be read: {}", path, std::strerror(errno)));
  }
  v1::PlanFile plan;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &plan);
  if (parsed.ok() && !plan.basis().digest().empty()) return plan;
  return Usage(fmt::format("{} is no plan; make one with 'entrepot plan -o {}'", path, path));
}

Outcome RunPlanCommand(Session& session, const PlanOptions& options) {
  v1::PlanRequest request;
  request.mutable_connections()->Add(options.connections.begin(), options.connections.end());
  request.set_full(options.full);
  request.set_accept_deletions(options.accept_deletions);
  v1::PlanFile plan;
  ASSIGN_OR_RETURN(const ExitCode code, ShowPlan(session, request, &plan));
  if (options.file.empty()) return code;
  RETURN_IF_ERROR(WritePlan(options.file, plan));
  session.out.Hint(
      fmt::format("It is written to {}; 'entrepot apply {}' does it", options.file, options.file));
  return code;
}

struct ApplyOptions {
  std::string file;
};

Outcome RunApply(Session& session, const ApplyOptions& options) {
  ASSIGN_OR_RETURN(const v1::PlanFile plan, ReadPlan(options.file));
  v1::SyncRequest request;
  *request.mutable_plan() = plan.basis();
  return FollowSync(session, request);
}

}  // namespace

void AddPlan(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "plan", "What a sync would do; nothing is done",
                 "  entrepot plan                        all connections, both directions\n"
                 "  entrepot plan --full warehouse -o monday.json\n"
                 "  entrepot apply monday.json           does that, if a sync still would\n"
                 "Ends with 5 when something of it would need a person.");
  auto options = std::make_shared<PlanOptions>();
  command->add_option("CONNECTION", options->connections, "Names of connections (default: all)");
  command->add_flag("--full", options->full, "As if every row were read again");
  command->add_flag("--accept-deletions", options->accept_deletions,
                    "Plan to delete what a full read misses, even when it is more than a tenth");
  command->add_option("-o,--to", options->file, "Also write it to this file, for 'entrepot apply'")
      ->type_name("FILE");
  Runs(command, session, options, RunPlanCommand);
}

void AddApply(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "apply", "Does what a plan says, if that is still what a sync does",
                 "  entrepot plan -o monday.json\n"
                 "  entrepot apply monday.json\n"
                 "A plan that something has overtaken is refused, and the answer says what.");
  auto options = std::make_shared<ApplyOptions>();
  command->add_option("FILE", options->file, "Written by 'entrepot plan -o FILE'")->required();
  Runs(command, session, options, RunApply);
}

}  // namespace entrepot::cli
