// What the configuration says about connections, in the form in which core/sync works with it:
// which datasets a connection has, of which kind, and in which order they run.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/authority.h"
#include "core/domain/kind.h"
#include "core/sync/ports.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::sync {

class MatchIndex;

struct DatasetPlan {
  std::string connection;  // "warehouse"
  std::string name;        // "stock"
  std::string path;        // "warehouse/stock": how items, runs and cursors name it
  const domain::KindInfo* kind = nullptr;
  // Borrowed from the configuration; nullptr: the connector gives or takes typed records.
  const config::v1::Mapping* mapping = nullptr;
  config::v1::Direction direction = config::v1::DIRECTION_UNSPECIFIED;
  bool source = false;  // rows or records come from it
  bool sink = false;    // records go to it
  // Whose value stands; borrowed. nullptr: the last writer's.
  const domain::Authority* authority = nullptr;
  // Finds records by the configured fields; borrowed. nullptr: by outside ids and keys only.
  const MatchIndex* matches = nullptr;
  bool both() const { return source && sink; }
};

struct ConnectionPlan {
  std::string name;
  const config::v1::Connection* config = nullptr;  // borrowed
  std::vector<DatasetPlan> datasets;               // a kind after those it refers to
  bool source() const;
  bool sink() const;
  // The dataset that takes records of a kind; nullptr: there is none.
  const DatasetPlan* SinkOf(domain::Kind kind) const;
};

// In order of name. All outlive the plan. INVALID_ARGUMENT names the dataset (UNKNOWN_KIND).
absl::StatusOr<std::vector<ConnectionPlan>> MakePlan(const config::v1::Config& config,
                                                     const domain::Authority* authority = nullptr,
                                                     const MatchIndex* matches = nullptr);

// Decides which datasets are read and which are written, by their direction and by what the
// connector can do. Without a direction, what has a mapping or comes as typed records is read, the
// rest and what only the hub makes is written.
void AssignRoles(const connector::Manifest& manifest, ConnectionPlan* plan);

}  // namespace entrepot::sync
