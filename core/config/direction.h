// Which way a dataset goes: what its direction, its kind and its connector say together, and where
// they contradict each other.
#pragma once

#include <vector>

#include "core/domain/kind.h"
#include "core/mapping/mapping.h"
#include "entrepot/config/v1/config.pb.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::config {

struct DirectionCheck {
  bool read = false;     // rows or records come from it
  bool written = false;  // records go to it
  // Below the dataset: "direction", "mapping", "kind".
  std::vector<mapping::MappingProblem> problems;
};

// `kind` is nullptr where it is not known.
DirectionCheck CheckDirection(const connector::v1::Manifest& manifest, const domain::KindInfo* kind,
                              const v1::DatasetConfig& dataset);

}  // namespace entrepot::config
