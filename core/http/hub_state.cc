#include "core/http/hub_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/domain/kind.h"

namespace entrepot::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using enum store::DeliveryState;

// Open deliveries that are looked at for the oldest: those that wait the longest for their try.
constexpr int kOldestLookedAt = 200;

class Gauges {
 public:
  explicit Gauges(std::vector<MetricFamily>* families) : families_(families) {}

  // Values that follow are of this metric.
  void Begin(const char* name, const char* help) {
    families_->push_back({name, help, prometheus::MetricType::Gauge, {}});
  }
  void Add(double value, std::initializer_list<std::pair<const char*, std::string>> labels = {}) {
    ClientMetric metric;
    metric.gauge.value = value;
    for (const auto& [name, text] : labels) metric.label.push_back({name, text});
    families_->back().metric.push_back(std::move(metric));
  }
  void Add(uint64_t value, std::initializer_list<std::pair<const char*, std::string>> labels = {}) {
    Add(static_cast<double>(value), labels);
  }

 private:
  std::vector<MetricFamily>* families_;
};

// "DELIVERY_STATE_IN_FLIGHT" → "in_flight".
std::string PlainName(const std::string& enumerator, size_t prefix) {
  std::string name = enumerator.substr(prefix);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return name;
}

std::string NameOf(v1::DeliveryState state) {
  return PlainName(v1::DeliveryState_Name(state), sizeof("DELIVERY_STATE_") - 1);
}

std::string NameOf(v1::ConnectionState state) {
  return PlainName(v1::ConnectionState_Name(state), sizeof("CONNECTION_STATE_") - 1);
}

// When the oldest record changed that a sink has still to get.
absl::StatusOr<absl::Time> OldestOpen(const store::Reader& reader, const std::string& connection) {
  ASSIGN_OR_RETURN(const auto open,
                   reader.ListDeliveries(connection, {kPending, kInFlight, kUnknown, kWaiting},
                                         absl::InfiniteFuture(), kOldestLookedAt));
  absl::Time oldest = absl::InfiniteFuture();
  for (const store::Delivery& delivery : open) {
    ASSIGN_OR_RETURN(const auto record, reader.Get(delivery.record_id));
    if (!record) continue;
    oldest = std::min(oldest, absl::FromUnixSeconds(record->changed_at().seconds()) +
                                  absl::Nanoseconds(record->changed_at().nanos()));
  }
  return oldest;
}

struct Lag {
  std::string reader;
  uint64_t entries = 0;
  absl::Duration time;
};

// How far a reader of the log is behind. Of a sink also what it has read and not delivered.
absl::StatusOr<Lag> LagOf(const Hub& hub, const store::Reader& reader, std::string name,
                          const std::string* sink) {
  ASSIGN_OR_RETURN(const std::string text, reader.Cursor(name));
  uint64_t cursor = 0;
  std::from_chars(text.data(), text.data() + text.size(), cursor);
  const uint64_t head = hub.store->log_head();
  Lag lag{.reader = std::move(name), .entries = head - std::min(cursor, head)};
  absl::Time oldest = absl::InfiniteFuture();
  const auto next = reader.ReadLog(cursor, 1);
  if (next.ok() && !next->empty()) oldest = next->front().at;
  if (sink != nullptr) {
    ASSIGN_OR_RETURN(const absl::Time open, OldestOpen(reader, *sink));
    oldest = std::min(oldest, open);
  }
  if (oldest != absl::InfiniteFuture()) {
    lag.time = std::max(absl::ZeroDuration(), hub.clock->Now() - oldest);
  }
  return lag;
}

absl::Status AppendLags(const Hub& hub, const store::Reader& reader,
                        const v1::ListConnectionsResponse& connections, Gauges& gauges) {
  std::vector<Lag> lags;
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    const std::string name = "sink:" + connection.name();
    ASSIGN_OR_RETURN(const std::string cursor, reader.Cursor(name));
    if (cursor.empty() && connection.deliveries().empty()) continue;  // no sink
    ASSIGN_OR_RETURN(Lag lag, LagOf(hub, reader, name, &connection.name()));
    lags.push_back(std::move(lag));
  }
  for (const std::string& reaction : hub.reactions) {
    ASSIGN_OR_RETURN(Lag lag, LagOf(hub, reader, "reaction:" + reaction, nullptr));
    lags.push_back(std::move(lag));
  }
  gauges.Begin("entrepot_log_reader_lag_entries",
               "Entries of the change log that a reader (a sink or a reaction) has not read.");
  for (const Lag& lag : lags) gauges.Add(lag.entries, {{"reader", lag.reader}});
  gauges.Begin("entrepot_log_reader_lag_seconds",
               "Age of the oldest change that a reader has not dealt with; of a sink: not read or "
               "not delivered.");
  for (const Lag& lag : lags) {
    gauges.Add(absl::ToDoubleSeconds(lag.time), {{"reader", lag.reader}});
  }
  return absl::OkStatus();
}

void AppendConnections(const v1::ListConnectionsResponse& connections, Gauges& gauges) {
  gauges.Begin("entrepot_connection_state", "1 for the state in which a connection is.");
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    for (const auto state : {v1::CONNECTION_STATE_IDLE, v1::CONNECTION_STATE_RUNNING,
                             v1::CONNECTION_STATE_BACKING_OFF, v1::CONNECTION_STATE_FAILED}) {
      gauges.Add(connection.state() == state ? 1.0 : 0.0,
                 {{"connection", connection.name()}, {"state", NameOf(state)}});
    }
  }
  gauges.Begin("entrepot_deliveries", "Deliveries of a connection by their state.");
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    for (const v1::DeliveryCount& count : connection.deliveries()) {
      gauges.Add(count.count(),
                 {{"connection", connection.name()}, {"state", NameOf(count.state())}});
    }
  }
  gauges.Begin("entrepot_last_run_end_time_seconds",
               "When a dataset's last run ended, in seconds since 1970.");
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    for (const v1::DatasetStatus& dataset : connection.datasets()) {
      if (!dataset.last_run().has_ended_at()) continue;
      gauges.Add(static_cast<double>(dataset.last_run().ended_at().seconds()),
                 {{"dataset", connection.name() + "/" + dataset.name()}});
    }
  }
}

absl::Status AppendHeld(const store::Reader& reader, const v1::ListConnectionsResponse& connections,
                        Gauges& gauges) {
  std::vector<std::string> datasets;
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    for (const v1::DatasetStatus& dataset : connection.datasets()) {
      datasets.push_back(connection.name() + "/" + dataset.name());
    }
  }
  gauges.Begin("entrepot_parked_rows", "Rows of a dataset that wait for a record.");
  for (const std::string& dataset : datasets) {
    ASSIGN_OR_RETURN(const uint64_t count, reader.CountParked(dataset));
    gauges.Add(count, {{"dataset", dataset}});
  }
  gauges.Begin("entrepot_dead_letters", "Rows and deliveries of a dataset that need a person.");
  for (const std::string& dataset : datasets) {
    ASSIGN_OR_RETURN(const uint64_t count, reader.CountDeadLetters(dataset));
    gauges.Add(count, {{"dataset", dataset}});
  }
  return absl::OkStatus();
}

absl::Status AppendStore(const Hub& hub, const store::Reader& reader, Gauges& gauges) {
  gauges.Begin("entrepot_build_info", "Always 1; the version is the label.");
  gauges.Add(1.0, {{"version", ENTREPOT_VERSION}});
  gauges.Begin("entrepot_start_time_seconds", "When the hub started, in seconds since 1970.");
  gauges.Add(absl::ToDoubleSeconds(hub.started_at - absl::UnixEpoch()));
  gauges.Begin("entrepot_store_epoch", "Lives of the store: one more with each restored backup.");
  gauges.Add(hub.store->epoch().number);
  gauges.Begin("entrepot_store_bytes", "Size of the store's file and its write-ahead log.");
  gauges.Add(hub.store->FileBytes());
  gauges.Begin("entrepot_change_log_head", "The newest entry of the change log.");
  gauges.Add(hub.store->log_head());
  const store::Store::Waiting waiting = hub.store->waiting();
  gauges.Begin("entrepot_writes_waiting", "Writes that wait for the store's writer.");
  gauges.Add(waiting.interactive, {{"class", "interactive"}});
  gauges.Add(waiting.bulk, {{"class", "bulk"}});
  gauges.Begin("entrepot_records", "Records that are not deleted.");
  for (const domain::KindInfo& info : domain::Kinds()) {
    ASSIGN_OR_RETURN(const uint64_t records, reader.Count(info.kind));
    gauges.Add(records, {{"kind", info.name}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendState(const Hub& hub, std::vector<MetricFamily>* families) {
  ASSIGN_OR_RETURN(const auto connections, hub.scheduler->ListConnections());
  ASSIGN_OR_RETURN(const store::Snapshot reader, hub.store->Read());
  Gauges gauges(families);
  RETURN_IF_ERROR(AppendStore(hub, *reader, gauges));
  AppendConnections(connections, gauges);
  RETURN_IF_ERROR(AppendHeld(*reader, connections, gauges));
  return AppendLags(hub, *reader, connections, gauges);
}

}  // namespace entrepot::http
