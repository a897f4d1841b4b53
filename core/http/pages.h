// What the hub answers over HTTP: /metrics, /healthz, /readyz.
#pragma once

#include "core/http/http_server.h"
#include "core/http/metrics.h"

namespace entrepot::http {

// `metrics` and what `hub` points to outlive the handler.
//   /metrics  Prometheus' text form
//   /healthz  200 while the process answers at all
//   /readyz   200 while the store can be read; else 503 with the reason
Handler MakePages(const Metrics& metrics, const Hub& hub);

}  // namespace entrepot::http
