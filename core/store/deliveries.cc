#include "core/store/deliveries.h"

#include <algorithm>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_DELIVERY_COLUMNS                                                       \
  "connection, record_id, revision, delivered_revision, state, attempts, due, sent_at," \
  " outside_id, waits_for, error, epoch"

constexpr char kUpsertSql[] =
    "INSERT INTO delivery (" ENTREPOT_DELIVERY_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (connection, record_id) DO UPDATE SET revision = excluded.revision,"
    " delivered_revision = excluded.delivered_revision, state = excluded.state,"
    " attempts = excluded.attempts, due = excluded.due, sent_at = excluded.sent_at,"
    " outside_id = excluded.outside_id, waits_for = excluded.waits_for, error = excluded.error,"
    " epoch = excluded.epoch";
constexpr char kFindSql[] =
    "SELECT " ENTREPOT_DELIVERY_COLUMNS " FROM delivery WHERE connection = ? AND record_id = ?";
constexpr char kDueSql[] = "SELECT " ENTREPOT_DELIVERY_COLUMNS
                           " FROM delivery WHERE connection = ? AND state = ? AND due <= ?"
                           " ORDER BY due, record_id LIMIT ?";
constexpr char kOfRecordSql[] =
    "SELECT " ENTREPOT_DELIVERY_COLUMNS " FROM delivery WHERE record_id = ? ORDER BY connection";
// The index on (connection, state) serves it, connection by connection.
constexpr char kWaitingForSql[] = "SELECT " ENTREPOT_DELIVERY_COLUMNS
                                  " FROM delivery WHERE connection IN (SELECT id FROM name)"
                                  " AND state = 6 AND waits_for = ? ORDER BY record_id LIMIT ?";
constexpr char kCountSql[] =
    "SELECT state, count(*) FROM delivery WHERE connection = ? GROUP BY state ORDER BY state";

Delivery Read(const Statement& row, const Names& names) {
  return {.connection = names.TextOf(static_cast<uint32_t>(row.Uint(0))),
          .record_id = row.Uint(1),
          .revision = row.Uint(2),
          .delivered_revision = row.Uint(3),
          .state = static_cast<DeliveryState>(row.Int(4)),
          .attempts = static_cast<int>(row.Int(5)),
          .due = row.Time(6),
          .sent_at = row.Time(7),
          .outside_id = row.Text(8),
          .waits_for = row.Text(9),
          .error = row.Text(10),
          .epoch = row.Uint(11)};
}

absl::Status Append(Statement& query, const Names& names, std::vector<Delivery>* deliveries) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    deliveries->push_back(Read(query, names));
  }
}

}  // namespace

absl::Status UpsertDelivery(Connection& db, Names* names, const Delivery& delivery) {
  ASSIGN_OR_RETURN(const uint32_t connection, names->Intern(db, delivery.connection));
  return db.Prepare(kUpsertSql)
      .Bind(connection)
      .Bind(delivery.record_id)
      .Bind(delivery.revision)
      .Bind(delivery.delivered_revision)
      .Bind(static_cast<int>(delivery.state))
      .Bind(delivery.attempts)
      .Bind(delivery.due)
      .Bind(delivery.sent_at)
      .BindText(delivery.outside_id)
      .BindText(delivery.waits_for)
      .BindText(delivery.error)
      .Bind(delivery.epoch)
      .Run();
}

absl::StatusOr<std::optional<Delivery>> FindDelivery(Connection& db, const Names& names,
                                                     std::string_view connection,
                                                     uint64_t record_id) {
  Statement query = db.Prepare(kFindSql);
  query.Bind(names.Find(connection)).Bind(record_id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(Read(query, names)) : std::nullopt;
}

absl::StatusOr<std::vector<Delivery>> ListDueDeliveries(Connection& db, const Names& names,
                                                        std::string_view connection,
                                                        const std::vector<DeliveryState>& states,
                                                        absl::Time due, int limit) {
  // One query a state walks the index of (connection, state, due); few are asked for.
  std::vector<Delivery> deliveries;
  for (const DeliveryState state : states) {
    Statement query = db.Prepare(kDueSql);
    query.Bind(names.Find(connection)).Bind(static_cast<int>(state)).Bind(due).Bind(limit);
    RETURN_IF_ERROR(Append(query, names, &deliveries));
  }
  std::stable_sort(deliveries.begin(), deliveries.end(),
                   [](const Delivery& a, const Delivery& b) { return a.due < b.due; });
  if (deliveries.size() > static_cast<size_t>(limit)) deliveries.resize(limit);
  return deliveries;
}

absl::StatusOr<std::vector<Delivery>> ListDeliveriesOf(Connection& db, const Names& names,
                                                       uint64_t record_id) {
  std::vector<Delivery> deliveries;
  Statement query = db.Prepare(kOfRecordSql);
  query.Bind(record_id);
  RETURN_IF_ERROR(Append(query, names, &deliveries));
  return deliveries;
}

absl::StatusOr<std::vector<Delivery>> ListDeliveriesWaitingFor(Connection& db, const Names& names,
                                                               std::string_view name, int limit) {
  std::vector<Delivery> deliveries;
  Statement query = db.Prepare(kWaitingForSql);
  query.BindText(name).Bind(limit);
  RETURN_IF_ERROR(Append(query, names, &deliveries));
  return deliveries;
}

absl::StatusOr<std::vector<std::pair<DeliveryState, uint64_t>>> CountDeliveriesByState(
    Connection& db, const Names& names, std::string_view connection) {
  std::vector<std::pair<DeliveryState, uint64_t>> counts;
  Statement query = db.Prepare(kCountSql);
  query.Bind(names.Find(connection));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return counts;
    counts.emplace_back(static_cast<DeliveryState>(query.Int(0)), query.Uint(1));
  }
}

}  // namespace entrepot::store
