// A mistake in the configuration file, and how it is shown.
#pragma once

#include <span>
#include <string>

#include "absl/status/status.h"

namespace entrepot::config {

struct Problem {
  std::string file;
  int line = 0;         // from 1; 0: the file as a whole
  int column = 0;       // from 1
  std::string path;     // "connections.shop.datasets.stock.kind"; empty: the file as a whole
  std::string message;  // one sentence: what is wrong and what would be right
};

// `hub.yaml:12:7: connections.shop.connector: there is no connector "cvs"; did you mean "csv"?`
std::string ToString(const Problem& problem);

// OK where there are none; else INVALID_ARGUMENT (INVALID_CONFIGURATION), one line for each.
absl::Status StatusOf(std::span<const Problem> problems);

}  // namespace entrepot::config
