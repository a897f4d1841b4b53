// How things stand in the hub, as gauges: read from the store and the scheduler when they are asked
// for. Used by Metrics. Thread-safe.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "absl/status/status.h"
#include "core/http/metrics.h"

namespace entrepot::http {

// Errors of the store.
absl::Status AppendState(const Hub& hub, std::vector<prometheus::MetricFamily>* families);

}  // namespace entrepot::http
