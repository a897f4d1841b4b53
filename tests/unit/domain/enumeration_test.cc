#include "core/domain/enumeration.h"

#include <gtest/gtest.h>

#include "entrepot/v1/product_relation.pb.h"

namespace entrepot::domain {
namespace {

TEST(Enumeration, IsReadAndWrittenWithoutItsPrefix) {
  const auto& type = *v1::ProductRelationType_descriptor();
  EXPECT_EQ(EnumPrefix(type), "PRODUCT_RELATION_TYPE_");
  for (int i = 0; i < type.value_count(); ++i) {
    EXPECT_EQ(FindEnumWord(type, EnumWord(*type.value(i))), type.value(i));
  }
  EXPECT_EQ(FindEnumWord(type, "Substitute")->number(), v1::PRODUCT_RELATION_TYPE_SUBSTITUTE);
  EXPECT_EQ(FindEnumWord(type, "PRODUCT_RELATION_TYPE_SUBSTITUTE"), nullptr);
  EXPECT_EQ(FindEnumWord(type, ""), nullptr);
}

}  // namespace
}  // namespace entrepot::domain
