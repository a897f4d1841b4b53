#include "core/sync/intake.h"

#include <utility>

#include "core/sync/intake_run.h"

namespace entrepot::sync {

absl::StatusOr<IntakeEnd> Intake::Run(const DatasetPlan& dataset, std::shared_ptr<Link> link,
                                      const IntakeRequest& request, const Progress& progress,
                                      std::stop_token stop) {
  return IntakeRun(options_, dataset, request, &memories_, progress, std::move(stop))
      .Run(std::move(link));
}

}  // namespace entrepot::sync
