#include "core/base/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace entrepot {
namespace {

TEST(Digest, IsTheSameInEveryRelease) {
  // Digests stand in the store: another value here means that every record is read as changed.
  EXPECT_EQ(DigestOf64("entrepot"), 0x311129D56D5A49B5u);
  EXPECT_EQ(DigestOf128("entrepot"), (Digest128{0x47266B4A0E30CE66u, 0xB6D7508A49584A61u}));
}

TEST(Digest, TellsSmallDifferencesApart) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 100'000; ++i) seen.insert(DigestOf64(std::to_string(i)));
  EXPECT_EQ(seen.size(), 100'000u);
  EXPECT_NE(DigestOf128("a"), DigestOf128("b"));
  EXPECT_EQ(DigestOf128(""), DigestOf128(""));
}

}  // namespace
}  // namespace entrepot
