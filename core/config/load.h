// Reads the configuration file: YAML into entrepot.config.v1.Config, by the descriptor. Every
// mistake is collected, each with file, line, column, the key's path and what would be right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/config/positions.h"
#include "core/config/problem.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::config {

struct Loaded {
  std::string file;    // as given
  std::string folder;  // absolute: relative paths of the configuration start here
  // Defaults are applied and paths are absolute; usable only where there are no problems.
  v1::Config config;
  Positions positions;
  std::vector<Problem> problems;  // in order of their lines
  // What is fine and may surprise: `config check` tells it. In order of their lines.
  std::vector<Problem> notes;

  // Adds a problem at the value of `path`; sorts nothing.
  void Report(std::string path, std::string message);
};

// Reads and checks the shape: keys, types, bounds, required keys. Validate (validate.h) finds the
// rest. NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT (CONFIGURATION_UNREADABLE) where the file
// cannot be read at all, or is larger than 4 MiB.
absl::StatusOr<Loaded> Load(const std::string& path);

// The same from a text; `file` names it in problems and says where relative paths start.
Loaded LoadText(std::string_view text, const std::string& file);

// In order of lines, each place and message once.
void SortProblems(std::vector<Problem>* problems);

}  // namespace entrepot::config
