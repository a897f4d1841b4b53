// The configuration's loader and its second look, on any text: they answer with problems, whatever
// the text is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/config/load.h"
#include "core/config/validate.h"
#include "core/mapping/mapping.h"

namespace {

// A connector that takes everything, so that the text reaches what lies behind it.
absl::StatusOr<entrepot::connector::v1::Manifest> Manifest(const std::string& id) {
  entrepot::connector::v1::Manifest manifest;
  manifest.set_id(id);
  manifest.set_source(true);
  manifest.set_sink(true);
  entrepot::connector::v1::OptionSpec* option = manifest.add_options();
  option->set_name("settle");
  option->set_type(entrepot::connector::v1::OPTION_TYPE_DURATION);
  return manifest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  entrepot::config::Loaded loaded = entrepot::config::LoadText(text, "/fuzz/hub.yaml");
  entrepot::config::Validate(Manifest, &loaded);
  for (const entrepot::config::Problem& problem : loaded.problems) {
    // Each problem has a sentence, and a place unless it is the file's.
    if (problem.message.empty() || (problem.line == 0 && !problem.path.empty())) std::abort();
  }
  if (!loaded.problems.empty()) return 0;
  // What was accepted compiles.
  const auto environment = entrepot::config::EnvironmentOf(loaded.config);
  for (const auto& [name, connection] : loaded.config.connections()) {
    for (const auto& [dataset_name, dataset] : connection.datasets()) {
      if (!dataset.has_mapping()) continue;
      const auto kind = entrepot::domain::FindKind(dataset.kind());
      if (!entrepot::mapping::RowMapper::Compile(**kind, dataset.mapping(), *environment).ok()) {
        std::abort();
      }
    }
  }
  return 0;
}
