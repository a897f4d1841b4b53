// The checks themselves, in groups. Each returns a list; the suite runs every check in a process of
// its own, so that none may count on another's memory, only on the outside system's state.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/conformance/conformance.h"
#include "plugins/conformance/driver.h"
#include "plugins/conformance/verdict.h"
#include "plugins/host/library.h"

namespace entrepot::conformance {

struct Check {
  std::string name;
  std::function<Verdict()> run;
};

// What the checks work on. Copied into them.
struct Context {
  Subject subject;
  contract::Manifest manifest;
  std::filesystem::path scratch;  // for copies of the file; removed by the suite

  // Loads the connector into this process.
  absl::StatusOr<std::shared_ptr<const host::Library>> Load() const;
  // Opens the connection as the subject says.
  contract::OpenRequest OpenRequest() const;
};

// A loaded and opened connector, the start of most checks.
class Session {
 public:
  // Fails with the connector's reason.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const Context& context);
  Driver& driver() { return *driver_; }
  const entrepot_connector& table() const { return library_->table(); }
  // Closes and opens again.
  absl::Status Reopen();

 private:
  std::shared_ptr<const host::Library> library_;
  std::unique_ptr<Driver> driver_;
  contract::OpenRequest request_;
};

// Of the file, before anything of it runs; needs no manifest. That it may be loaded at all is the
// suite's own first check.
std::vector<Check> FileChecks(const Context& context);
// Of entry, manifest, life cycle, memory and versions.
std::vector<Check> TableChecks(const Context& context);
// Of what it says to wrong options, and about secrets.
std::vector<Check> OptionChecks(const Context& context);
// Of one dataset.
std::vector<Check> SourceChecks(const Context& context, const contract::Dataset& dataset);
// Of Wait.
std::vector<Check> WaitChecks(const Context& context);
std::vector<Check> SinkChecks(const Context& context, const contract::Dataset& dataset);

}  // namespace entrepot::conformance
