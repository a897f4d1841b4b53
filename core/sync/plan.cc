#include "core/sync/plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

absl::StatusOr<DatasetPlan> PlanDataset(const std::string& connection, const std::string& name,
                                        const config::v1::DatasetConfig& config) {
  DatasetPlan plan{
      .connection = connection, .name = name, .path = fmt::format("{}/{}", connection, name)};
  const auto kind = domain::FindKind(config.kind());
  if (!kind.ok()) {
    return Failure(kind.status().code(), ReasonOf(kind.status()),
                   fmt::format("connections.{}.datasets.{}.kind: {}", connection, name,
                               std::string(kind.status().message())));
  }
  plan.kind = *kind;
  plan.direction = config.direction();
  if (config.mapping().fields_size() > 0) plan.mapping = &config.mapping();
  return plan;
}

}  // namespace

bool ConnectionPlan::source() const {
  return std::any_of(datasets.begin(), datasets.end(), [](const auto& d) { return d.source; });
}

bool ConnectionPlan::sink() const {
  return std::any_of(datasets.begin(), datasets.end(), [](const auto& d) { return d.sink; });
}

const DatasetPlan* ConnectionPlan::SinkOf(domain::Kind kind) const {
  for (const DatasetPlan& dataset : datasets) {
    if (dataset.sink && dataset.kind->kind == kind) return &dataset;
  }
  return nullptr;
}

absl::StatusOr<std::vector<ConnectionPlan>> MakePlan(const config::v1::Config& config,
                                                     const domain::Authority* authority,
                                                     const MatchIndex* matches) {
  std::vector<ConnectionPlan> plans;
  for (const auto& [name, connection] : config.connections()) {
    ConnectionPlan plan{.name = name, .config = &connection};
    for (const auto& [dataset_name, dataset] : connection.datasets()) {
      ASSIGN_OR_RETURN(DatasetPlan planned, PlanDataset(name, dataset_name, dataset));
      planned.authority = authority;
      planned.matches = matches;
      plan.datasets.push_back(std::move(planned));
    }
    // domain::Kinds() lists kinds after those they refer to, in one array.
    std::sort(plan.datasets.begin(), plan.datasets.end(), [](const auto& a, const auto& b) {
      return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
    });
    plans.push_back(std::move(plan));
  }
  std::sort(plans.begin(), plans.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return plans;
}

void AssignRoles(const connector::Manifest& manifest, ConnectionPlan* plan) {
  for (DatasetPlan& dataset : plan->datasets) {
    const bool mapped = dataset.mapping != nullptr;
    const bool readable =
        manifest.source() && (mapped || manifest.typed_records()) && !dataset.kind->hub_owned;
    const bool writable = manifest.sink() && (mapped || !manifest.takes_rows());
    switch (dataset.direction) {
      case config::v1::DIRECTION_IN:
        dataset.source = readable;
        dataset.sink = false;
        break;
      case config::v1::DIRECTION_OUT:
        dataset.source = false;
        dataset.sink = writable;
        break;
      case config::v1::DIRECTION_BOTH:
        dataset.source = readable;
        dataset.sink = writable;
        break;
      default: dataset.source = readable; dataset.sink = writable && !readable;
    }
  }
}

}  // namespace entrepot::sync
