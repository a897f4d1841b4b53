// The formats of a mapping: its own, what a field says on top of them, and the hub's own.
#pragma once

#include <string>
#include <vector>

#include "core/mapping/mapping.h"
#include "core/mapping/number.h"
#include "core/mapping/time_format.h"
#include "entrepot/config/v1/mapping.pb.h"

namespace entrepot::mapping {

struct ValueFormats {
  NumberFormat number;
  TimeFormat date;
  TimeFormat time;
};

// What the hub itself writes: constants, defaults, the right sides of look-ups.
ValueFormats HubFormats();

// `outer`, where `given` says nothing else. What is wrong with `given` is added to `problems`,
// below `path`.
ValueFormats MergeFormats(const std::string& path, ValueFormats outer,
                          const config::v1::Formats& given, std::vector<MappingProblem>* problems);

}  // namespace entrepot::mapping
