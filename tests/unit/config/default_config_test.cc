#include <filesystem>

#include "tests/unit/config/config_fixture.h"

namespace entrepot::config {
namespace {

using ::testing::IsEmpty;

// Every configuration that is delivered is accepted as it is.
class Delivered : public ::testing::TestWithParam<const char*> {};

TEST_P(Delivered, ConfigurationIsAccepted) {
  const std::string path = std::string(ENTREPOT_SOURCE_FOLDER) + GetParam();
  absl::StatusOr<Loaded> loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  Validate(KnownManifest, &*loaded);
  EXPECT_THAT(Lines(*loaded), IsEmpty());
  EXPECT_FALSE(loaded->config.connections().empty());
}

INSTANTIATE_TEST_SUITE_P(All, Delivered,
                         ::testing::Values("/config/entrepot.yaml",
                                           "/examples/trading-company/entrepot.yaml"),
                         [](const auto& info) { return info.index == 0 ? "Default" : "Example"; });

}  // namespace
}  // namespace entrepot::config
