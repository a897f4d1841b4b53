// The suite that every connector must pass, whoever wrote it: `entrepot connector test FILE.so`,
// and the tests of the bundled connectors. It drives the connector through the C table alone, as
// the hub does, so that it holds for a connector in any language.
#pragma once

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::conformance {

// A row for a sink that takes rows: column and text. "{number}" in a text becomes a number that is
// the record's own, "{revision}" its revision, so let them differ where the sink looks.
using SampleRow = std::vector<std::pair<std::string, std::string>>;

// What is tested. A sink gets sample records written, so give it a place to write to that nobody
// needs: a scratch file, a test database.
struct Subject {
  std::filesystem::path file;
  // Options of the connection, by name, as the hub hands them over: paths absolute, durations in
  // milliseconds. Enough for the connector to open and work.
  std::map<std::string, std::string> options;
  // What it reads or writes. Without any, the checks of reading and writing are skipped.
  std::vector<connector::v1::Dataset> datasets;
  std::string time_zone = "UTC";
  // By dataset, for a sink that takes rows; without one its checks are skipped.
  std::map<std::string, SampleRow> sample_rows;
};

// Runs all checks, each in a child process of its own, so that a crash or a hang fails one check
// and not the suite. Writes one line a check ("ok", "skip" or "FAIL", its name, and why) and a line
// of totals at the end. Returns the number of failures. Takes seconds. Forks: call it while the
// process has no other threads.
int RunConformance(const Subject& subject, std::ostream& out);

// The same, with its parts given one by one.
int RunConformance(const std::filesystem::path& file,
                   const std::map<std::string, std::string>& options,
                   const std::vector<connector::v1::Dataset>& datasets, std::ostream& out);

}  // namespace entrepot::conformance
