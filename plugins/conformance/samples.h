// Records that a sink can be tried with. Used by the checks of sinks.
#pragma once

#include <cstdint>
#include <string>

#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::conformance {

// An item of the given kind, complete and consistent: an invoice adds up. `number` makes it and its
// key unique; `revision` 2 differs from 1 in content. An unknown kind gives an item with no body.
connector::v1::ApplyItem SampleItem(const std::string& kind, const std::string& number,
                                    uint64_t revision);

}  // namespace entrepot::conformance
