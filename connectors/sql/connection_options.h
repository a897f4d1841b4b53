// The connection's own options, and the database that they describe.
#pragma once

#include <entrepot/sdk/options.h>

#include <memory>
#include <string>
#include <vector>

#include "driver.h"

namespace entrepot::sdk {
class ManifestBuilder;
}

namespace entrepot::sql {

void DescribeConnection(sdk::ManifestBuilder& about);

// Throws BadConfiguration. Opens nothing.
std::unique_ptr<Database> MakeDatabase(const sdk::Settings& settings);

// Names of `text`, separated by commas.
std::vector<std::string> SplitNames(const std::string& text);

}  // namespace entrepot::sql
