// Records that a sink can be tried with. Used by the checks of sinks.
#pragma once

#include <cstdint>
#include <string>

#include "entrepot/connector/v1/connector.pb.h"
#include "plugins/conformance/conformance.h"

namespace entrepot::conformance {

// An item of the given kind, complete and consistent: an invoice adds up. `number` makes it and its
// key unique; `revision` 2 differs from 1 in content. An unknown kind gives an item with no body.
connector::v1::ApplyItem SampleItem(const std::string& kind, const std::string& number,
                                    uint64_t revision);

// Gives each item of `request` its row, and the request its columns. The number is the item's
// correlation key.
void AddRows(const SampleRow& sample, connector::v1::ApplyRequest* request);

}  // namespace entrepot::conformance
