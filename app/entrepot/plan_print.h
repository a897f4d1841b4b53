// Shows a plan while the hub makes it: what a sync would do, change by change. One thread.
#pragma once

#include <string>

#include "app/entrepot/session.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::cli {

// "change stock_level BLT-10/MAIN" and below it what differs, by field.
std::string ShowChange(const v1::PlannedChange& change);

// Asks for the plan and shows it; `file`, if there is one, gets it too. kPartly where something of
// it needs a person. Errors of the call.
Outcome ShowPlan(Session& session, const v1::PlanRequest& request, v1::PlanFile* file);

}  // namespace entrepot::cli
