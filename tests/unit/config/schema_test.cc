#include "core/config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace entrepot::config {
namespace {

using ::testing::HasSubstr;

constexpr char kFile[] = ENTREPOT_SOURCE_FOLDER "/config/entrepot.schema.json";

TEST(JsonSchema, IsTheOneThatIsDelivered) {
  const std::string made = JsonSchema();
  if (std::getenv("ENTREPOT_UPDATE") != nullptr) std::ofstream(kFile) << made;
  std::ostringstream delivered;
  delivered << std::ifstream(kFile).rdbuf();
  EXPECT_TRUE(delivered.str() == made)
      << "config/entrepot.schema.json is not what the protos say; run this test with "
         "ENTREPOT_UPDATE=1 in the environment to write it anew";
}

TEST(JsonSchema, ExplainsKeysByTheCommentsOfTheProtos) {
  EXPECT_THAT(JsonSchema(), HasSubstr("IANA name. Decides \\\"today\\\""));
  EXPECT_THAT(JsonSchema(), HasSubstr("The company's article number (артикул)."));
  EXPECT_THAT(JsonSchema(), HasSubstr("shipments: Goods that have left."));
}

}  // namespace
}  // namespace entrepot::config
