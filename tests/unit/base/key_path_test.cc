#include "core/base/key_path.h"

#include <gtest/gtest.h>

namespace entrepot {
namespace {

TEST(KeyPath, IsWrittenAsErrorsShowIt) {
  EXPECT_EQ(ChildPath("", "connections"), "connections");
  EXPECT_EQ(ElementPath(ChildPath(ChildPath("connections", "shop"), "datasets"), 2),
            "connections.shop.datasets[2]");
}

TEST(KeyPath, QuotesKeysThatAreNoPlainWords) {
  EXPECT_EQ(ChildPath("values", "кг нетто"), "values.\"кг нетто\"");
  EXPECT_EQ(ChildPath("values", "a.b"), "values.\"a.b\"");
}

}  // namespace
}  // namespace entrepot
