// Where each record stands with each sink.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/items.h"
#include "core/store/names.h"

namespace entrepot::store {

absl::Status UpsertDelivery(Connection& db, Names* names, const Delivery& delivery);
absl::StatusOr<std::optional<Delivery>> FindDelivery(Connection& db, const Names& names,
                                                     std::string_view connection,
                                                     uint64_t record_id);
absl::StatusOr<std::vector<Delivery>> ListDueDeliveries(Connection& db, const Names& names,
                                                        std::string_view connection,
                                                        const std::vector<DeliveryState>& states,
                                                        absl::Time due, int limit);
absl::StatusOr<std::vector<Delivery>> ListDeliveriesOf(Connection& db, const Names& names,
                                                       uint64_t record_id);
absl::StatusOr<std::vector<Delivery>> ListDeliveriesWaitingFor(Connection& db, const Names& names,
                                                               std::string_view name, int limit);
absl::StatusOr<std::vector<std::pair<DeliveryState, uint64_t>>> CountDeliveriesByState(
    Connection& db, const Names& names, std::string_view connection);

}  // namespace entrepot::store
