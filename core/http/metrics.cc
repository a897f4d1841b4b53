#include "core/http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <sstream>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "core/http/hub_state.h"

namespace entrepot::http {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::Registry;
using Buckets = Histogram::BucketBoundaries;

// In seconds. Calls of the hub's services answer in milliseconds, connectors within seconds, runs
// take up to an hour.
const Buckets kCallBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
const Buckets kConnectorBuckets = {0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
const Buckets kRunBuckets = {0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600};

Family<Counter>& CounterOf(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Histogram>& HistogramOf(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

std::string CodeName(absl::StatusCode code) { return absl::StatusCodeToString(code); }

std::string Text(std::string_view view) { return std::string(view); }

}  // namespace

struct Metrics::Impl {
  Registry registry;
  Family<Counter>& rows =
      CounterOf(registry, "entrepot_rows_total", "Rows of a dataset by what became of them.");
  Family<Counter>& runs = CounterOf(registry, "entrepot_runs_total",
                                    "Runs of a dataset: ok, or failed and stopped early.");
  Family<Histogram>& run_time =
      HistogramOf(registry, "entrepot_run_duration_seconds", "How long runs of a dataset took.");
  Family<Counter>& deliveries =
      CounterOf(registry, "entrepot_delivery_outcomes_total",
                "Deliveries to a connection by what became of one attempt: delivered, retry, "
                "unknown (the answer was lost), rejected (a person is needed).");
  Family<Counter>& connector_calls =
      CounterOf(registry, "entrepot_connector_calls_total", "Calls into a connection's connector.");
  Family<Histogram>& connector_time =
      HistogramOf(registry, "entrepot_connector_call_duration_seconds",
                  "How long calls into a connection's connector took.");
  Family<Counter>& calls = CounterOf(registry, "entrepot_calls_total",
                                     "Calls of the hub's services by method and gRPC code.");
  Family<Histogram>& call_time = HistogramOf(registry, "entrepot_call_duration_seconds",
                                             "How long calls of the hub's services took.");
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::RowsTaken(std::string_view dataset, const Rows& rows) {
  const std::initializer_list<std::pair<const char*, uint64_t>> outcomes = {
      {"created", rows.created},    {"changed", rows.changed}, {"unchanged", rows.unchanged},
      {"deleted", rows.deleted},    {"parked", rows.parked},   {"dead", rows.dead},
      {"recovered", rows.recovered}};
  // All of them from the first row on: a rate needs a zero to begin with.
  for (const auto& [outcome, count] : outcomes) {
    impl_->rows.Add({{"dataset", http::Text(dataset)}, {"outcome", outcome}})
        .Increment(static_cast<double>(count));
  }
}

void Metrics::RunEnded(std::string_view dataset, bool ok, absl::Duration took) {
  impl_->runs.Add({{"dataset", http::Text(dataset)}, {"result", ok ? "ok" : "failed"}}).Increment();
  impl_->run_time.Add({{"dataset", http::Text(dataset)}}, kRunBuckets)
      .Observe(absl::ToDoubleSeconds(took));
}

void Metrics::DeliveriesEnded(std::string_view connection, std::string_view outcome,
                              uint64_t count) {
  impl_->deliveries.Add({{"connection", http::Text(connection)}, {"outcome", http::Text(outcome)}})
      .Increment(static_cast<double>(count));
}

void Metrics::ConnectorCalled(std::string_view connection, std::string_view call,
                              absl::StatusCode code, absl::Duration took) {
  const std::string name = http::Text(connection);
  const std::string what = http::Text(call);
  impl_->connector_calls.Add({{"connection", name}, {"call", what}, {"code", CodeName(code)}})
      .Increment();
  impl_->connector_time.Add({{"connection", name}, {"call", what}}, kConnectorBuckets)
      .Observe(absl::ToDoubleSeconds(took));
}

void Metrics::MethodCalled(std::string_view method, absl::StatusCode code, absl::Duration took) {
  impl_->calls.Add({{"method", http::Text(method)}, {"code", CodeName(code)}}).Increment();
  impl_->call_time.Add({{"method", http::Text(method)}}, kCallBuckets)
      .Observe(absl::ToDoubleSeconds(took));
}

absl::StatusOr<std::string> Metrics::Text(const Hub& hub) const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  RETURN_IF_ERROR(AppendState(hub, &families));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace entrepot::http
