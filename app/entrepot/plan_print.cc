#include "app/entrepot/plan_print.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

// Of a record that is new or that waits, all fields would be shown: the longest are cut.
constexpr size_t kValueMax = 200;

std::string Short(const std::string& value) {
  if (value.size() <= kValueMax) return value;
  size_t end = kValueMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end) + "…";
}

bool NeedsPerson(v1::PlannedAction action) {
  return action == v1::PLANNED_ACTION_DEAD_LETTER || action == v1::PLANNED_ACTION_REJECT ||
         action == v1::PLANNED_ACTION_CONFLICT;
}

class PlanPrinter {
 public:
  explicit PlanPrinter(const Output& out) : out_(out) {}

  void Show(const v1::PlanResponse& event) {
    if (out_.json()) out_.JsonLine(event);
    if (event.has_change()) ShowOne(event.change());
    if (event.has_run()) ShowError(event.run().dataset(), event.run().error());
    if (event.has_sink()) ShowError(event.sink().connection(), event.sink().error());
    if (event.has_basis()) ShowSum(event.basis());
  }
  bool partly() const { return partly_; }

 private:
  void ShowOne(const v1::PlannedChange& change) {
    ++counts_[change.action()];
    partly_ = partly_ || NeedsPerson(change.action());
    if (!out_.json()) out_.Say(ShowChange(change));
  }

  void ShowError(const std::string& name, const std::string& error) {
    if (error.empty()) return;
    partly_ = true;
    if (!out_.json()) out_.Say(fmt::format("{}: would stop early: {}", name, error));
  }

  void ShowSum(const v1::PlanBasis& basis) const {
    if (out_.json()) return;
    std::string sum;
    for (const auto& [action, count] : counts_) {
      sum += fmt::format("{}{} {}", sum.empty() ? "" : ", ", ShowCount(count), ShowEnum(action));
    }
    out_.Say(sum.empty() ? "A sync would change nothing." : "Planned: " + sum + ".");
    if (basis.complete()) return;
    out_.Say(fmt::format("There is more: only {} are shown (limits.planned_changes_max).",
                         ShowCount(basis.changes(), "change")));
  }

  const Output& out_;
  std::map<v1::PlannedAction, uint64_t> counts_;
  bool partly_ = false;
};

}  // namespace

std::string ShowChange(const v1::PlannedChange& change) {
  std::string text = fmt::format("{}: {}", change.by(), ShowEnum(change.action()));
  if (!change.kind().empty()) text += fmt::format(" {} {}", change.kind(), change.key());
  if (change.key().empty() && !change.outside_id().empty()) text += " " + change.outside_id();
  if (!change.location().empty()) {
    text += fmt::format(" ({}, line {})", change.location(), change.line());
  }
  if (!change.reason().empty()) text += ": " + change.reason();
  for (const v1::FieldChange& field : change.changes()) {
    const std::string after = field.after().empty() ? "(nothing)" : Short(field.after());
    text += field.before().empty()
                ? fmt::format("\n    {}: {}", field.field(), after)
                : fmt::format("\n    {}: {} -> {}", field.field(), Short(field.before()), after);
  }
  return text;
}

Outcome ShowPlan(Session& session, const v1::PlanRequest& request, v1::PlanFile* file) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  PlanPrinter printer(session.out);
  RETURN_IF_ERROR((hub->Stream<v1::OperationService, v1::PlanRequest, v1::PlanResponse>(
      &v1::OperationService::Stub::Plan, request, [&](const v1::PlanResponse& event) {
        printer.Show(event);
        if (file != nullptr && event.has_change()) *file->add_changes() = event.change();
        if (file != nullptr && event.has_basis()) *file->mutable_basis() = event.basis();
        return true;
      })));
  return printer.partly() ? ExitCode::kPartly : ExitCode::kOk;
}

}  // namespace entrepot::cli
