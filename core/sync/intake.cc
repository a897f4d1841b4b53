#include "core/sync/intake.h"

#include <chrono>
#include <utility>

#include "core/sync/intake_run.h"

namespace entrepot::sync {
namespace {

Meters::Rows RowsSince(const store::Run& before, const store::Run& now) {
  return {.created = now.created - before.created,
          .changed = now.changed - before.changed,
          .unchanged = now.unchanged - before.unchanged,
          .deleted = now.deleted - before.deleted,
          .parked = now.parked - before.parked,
          .dead = now.dead - before.dead,
          .recovered = now.recovered - before.recovered};
}

}  // namespace

absl::StatusOr<IntakeEnd> Intake::Run(const DatasetPlan& dataset, std::shared_ptr<Link> link,
                                      const IntakeRequest& request, const Progress& progress,
                                      std::stop_token stop) {
  const auto began = std::chrono::steady_clock::now();
  store::Run told;
  const Progress measured = [&](const store::Run& run) {
    options_.meters->RowsTaken(dataset.path, RowsSince(told, run));
    told = run;
    if (progress) progress(run);
  };
  auto end = IntakeRun(options_, dataset, request, &memories_, measured, std::move(stop))
                 .Run(std::move(link));
  if (end.ok()) options_.meters->RowsTaken(dataset.path, RowsSince(told, end->run));
  options_.meters->RunEnded(dataset.path, end.ok() && end->status.ok(),
                            absl::FromChrono(std::chrono::steady_clock::now() - began));
  return end;
}

}  // namespace entrepot::sync
